package io.mural.train.optimize;

/** The factor on the learning rate over the steps of a run, after a linear warm-up. */
public enum LrSchedule {
    CONSTANT,
    /** To zero, on a line. */
    LINEAR,
    /** To zero, on half a cosine. */
    COSINE;

    /**
     * @param step counted from 0
     * @param steps of the whole run
     * @param warmUp steps over which the factor rises
     */
    public double factor(long step, long steps, long warmUp) {
        if (step < warmUp) {
            return (step + 1.0) / warmUp;
        }
        double done = Math.min(1, (double) (step - warmUp) / Math.max(1, steps - warmUp));
        return switch (this) {
            case CONSTANT -> 1;
            case LINEAR -> 1 - done;
            case COSINE -> 0.5 * (1 + Math.cos(Math.PI * done));
        };
    }
}
