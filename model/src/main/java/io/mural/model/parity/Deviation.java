package io.mural.model.parity;

import io.mural.tensor.InputException;

/** The distance between two sets of numbers: the largest difference over the largest reference value. */
final class Deviation {
    private Deviation() {}

    /** {@code max |mine - reference| / max |reference|}; NaN when any number is NaN. */
    static double of(String what, float[] mine, float[] reference) {
        if (mine.length != reference.length) {
            throw new InputException(what + " has " + mine.length + " values here but " + reference.length
                    + " in the case; the case and the model do not belong together");
        }
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < mine.length; i++) {
            // Math.max passes a NaN on.
            difference = Math.max(difference, Math.abs((double) mine[i] - reference[i]));
            largest = Math.max(largest, Math.abs((double) reference[i]));
        }
        return difference == 0 ? 0 : difference / largest;
    }
}
