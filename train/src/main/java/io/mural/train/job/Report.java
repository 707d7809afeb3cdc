package io.mural.train.job;

/** Receives what happens in a training run. */
public interface Report {
    /** A line worth knowing. */
    void note(String line);

    void step(Step step, long steps);

    /** @param loss mean over the fixed validation samples */
    void validation(long step, double loss);

    /** The result of a step is on the disk, and the run goes on or is over; not said of what a stop saves. */
    default void saved(long step) {}
}
