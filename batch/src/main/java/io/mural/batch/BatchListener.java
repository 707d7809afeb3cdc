package io.mural.batch;

import java.util.List;
import java.util.Optional;

/** Receives the progress of a batch. With several devices it is called by several threads, never by two at once. */
public interface BatchListener {
    /** All that is wrong with rows, before any work. */
    void faults(List<RowFault> faults);

    /** What will be made, before any work. */
    void planned(Totals totals);

    /** A picture was made, kept or given up. */
    void progress(State state, Optional<String> failure);

    /**
     * The work of a batch, found by planning.
     *
     * @param rows of the table that are sound
     * @param kinds of pictures, which differ in more than prompt and seed
     * @param pictures of this shard
     * @param flops of this shard
     * @param deviceSeconds of this shard, on one device like this
     * @param rawBytes of this shard's pictures before compression
     * @param memoryBytes the most a picture takes beside the weights
     */
    record Totals(
            long rows, int kinds, long pictures, double flops, double deviceSeconds, long rawBytes, long memoryBytes) {}

    /**
     * How far a batch is.
     *
     * @param secondsLeft at the rate so far; empty until a picture was made
     */
    record State(long made, long kept, long failed, long pictures, Optional<Double> secondsLeft) {
        public long done() {
            return made + kept + failed;
        }
    }
}
