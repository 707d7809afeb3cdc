package io.mural.model.hierarchical;

import io.mural.tensor.AttentionLayout.Run;
import java.util.ArrayList;
import java.util.List;

/** Runs of keys, given in ascending order; those that touch become one. */
final class Runs {
    private final List<Run> runs = new ArrayList<>();

    /** Adds keys {@code from} (inclusive) to {@code to} (exclusive), which may be none. */
    void add(int from, int to) {
        if (from >= to) {
            return;
        }
        if (!runs.isEmpty() && runs.getLast().to() == from) {
            runs.add(new Run(runs.removeLast().from(), to));
        } else {
            runs.add(new Run(from, to));
        }
    }

    List<Run> list() {
        return runs;
    }
}
