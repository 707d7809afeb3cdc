package io.mural.model.parity;

import io.mural.tensor.Ops;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Reference cases that a module above this one runs and judges. */
public interface OtherCases {
    /**
     * How a case ended.
     *
     * @param error what was measured
     * @param bound what it must not pass
     * @param detail more to know, possibly empty
     */
    record Judgement(double error, double bound, String detail) {}

    /** Whether cases of the component are known here. */
    boolean knows(String component);

    Judgement judge(ParityCase given, Supplier<Ops> device);

    /** Whether a file in JSON, such as {@code buckets.json}, is a table of cases known here. */
    boolean knowsTable(String fileName);

    Judgement judgeTable(Path file);

    /** Several sets as one; of two that know a component the first judges it. */
    static OtherCases of(List<OtherCases> sets) {
        return new OtherCases() {
            @Override
            public boolean knows(String component) {
                return sets.stream().anyMatch(set -> set.knows(component));
            }

            @Override
            public Judgement judge(ParityCase given, Supplier<Ops> device) {
                return first(set -> set.knows(given.component())).judge(given, device);
            }

            @Override
            public boolean knowsTable(String fileName) {
                return sets.stream().anyMatch(set -> set.knowsTable(fileName));
            }

            @Override
            public Judgement judgeTable(Path file) {
                return first(set -> set.knowsTable(file.getFileName().toString()))
                        .judgeTable(file);
            }

            private OtherCases first(Predicate<OtherCases> knowing) {
                return sets.stream().filter(knowing).findFirst().orElseThrow();
            }
        };
    }
}
