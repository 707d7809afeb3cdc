package io.mural.model.pipeline;

/**
 * Packed tokens of a small copy of an unfinished picture.
 *
 * @param latents [gridHeight x gridWidth, channels x 4]
 */
record Preview(int gridHeight, int gridWidth, float[] latents) {
    /**
     * What a step expects the finished picture to be, averaged to at most {@code side} tokens a side:
     * {@code latents - sigma * velocity}.
     *
     * @param latents [height x width, features] in raster order
     * @param velocity as {@code latents}
     */
    static Preview of(float[] latents, float[] velocity, float sigma, int height, int width, int side) {
        int factor = Math.ceilDiv(Math.max(height, width), side);
        int outWidth = Math.ceilDiv(width, factor);
        int outHeight = Math.ceilDiv(height, factor);
        int features = latents.length / (height * width);
        var sums = new float[outHeight * outWidth * features];
        var counts = new int[outHeight * outWidth];
        for (int token = 0; token < height * width; token++) {
            int target = token / width / factor * outWidth + token % width / factor;
            counts[target]++;
            for (int i = 0; i < features; i++) {
                int from = token * features + i;
                sums[target * features + i] += latents[from] - sigma * velocity[from];
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= counts[i / features];
        }
        return new Preview(outHeight, outWidth, sums);
    }
}
