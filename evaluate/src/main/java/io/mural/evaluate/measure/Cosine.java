package io.mural.evaluate.measure;

/** How near two embeddings point to each other, and what CLIP makes of it. */
public final class Cosine {
    /** exp(logit_scale) of the published models, at its upper bound in all of them. */
    private static final double SCALE = 100;

    private Cosine() {}

    /** The cosine of the angle between two vectors of the same length. */
    public static double of(float[] a, float[] b) {
        double dot = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            squaresA += (double) a[i] * a[i];
            squaresB += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(squaresA * squaresB);
    }

    /** The probability that a picture is the first of two texts: the softmax of 100 times its cosines with both. */
    public static double preferred(float[] image, float[] first, float[] second) {
        return 1 / (1 + Math.exp(SCALE * (of(image, second) - of(image, first))));
    }
}
