package io.mural;

import io.mural.model.pipeline.Progress.Stage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/** How fast a stage of a picture goes: its steps, and the time of the latest ones, since the first of all compile the code. */
public final class Pace {
    private static final int LATEST = 5;

    private final Stage stage;
    private final int steps;
    private final long start;
    private final Deque<Long> ends = new ArrayDeque<>();
    private int done;
    private int made;

    /** @param now nanoseconds of any clock, as in the other methods */
    public Pace(Stage stage, int steps, long now) {
        this.stage = stage;
        this.steps = steps;
        start = now;
        ends.add(now);
    }

    public void step(int done, long now) {
        this.done = done;
        made++;
        ends.addLast(now);
        if (ends.size() > LATEST + 1) {
            ends.removeFirst();
        }
    }

    public Stage stage() {
        return stage;
    }

    public int steps() {
        return steps;
    }

    public int done() {
        return done;
    }

    /** How many of the steps were made since it began: a picture that goes on from a checkpoint has done some before. */
    public int made() {
        return made;
    }

    public double seconds(long now) {
        return (now - start) / 1e9;
    }

    /** Mean of the latest steps; empty before the first has ended. */
    public OptionalDouble secondsPerStep() {
        int intervals = ends.size() - 1;
        return intervals == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((ends.getLast() - ends.getFirst()) / 1e9 / intervals);
    }

    /** Time to the end of the stage; empty before the first step has ended. */
    public OptionalDouble secondsLeft(long now) {
        var each = secondsPerStep();
        return each.isEmpty()
                ? each
                : OptionalDouble.of(Math.max(0, (steps - done) * each.getAsDouble() - (now - ends.getLast()) / 1e9));
    }
}
