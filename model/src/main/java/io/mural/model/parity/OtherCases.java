package io.mural.model.parity;

import io.mural.tensor.Ops;
import java.nio.file.Path;
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
}
