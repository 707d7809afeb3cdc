package io.mural.spark;

import io.mural.batch.BatchListener.State;
import io.mural.batch.PictureMaker.Outcome;
import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.util.DoubleAccumulator;
import org.apache.spark.util.LongAccumulator;

/** Counts what became of pictures. Executors add to it; the driver sees a task's counts when the task is done. */
final class Counters implements Serializable {
    private static final long serialVersionUID = 1L;

    private final LongAccumulator made;
    private final LongAccumulator kept;
    private final LongAccumulator failed;
    private final DoubleAccumulator flopsMade;
    private final DoubleAccumulator flopsPassed; // kept or failed: no measure of speed

    Counters(SparkContext spark) {
        made = spark.longAccumulator("pictures made");
        kept = spark.longAccumulator("pictures kept");
        failed = spark.longAccumulator("pictures failed");
        flopsMade = spark.doubleAccumulator("operations of pictures made");
        flopsPassed = spark.doubleAccumulator("operations of pictures kept or failed");
    }

    void count(Outcome outcome) {
        var counter = switch (outcome.status()) {
            case "made" -> made;
            case "kept" -> kept;
            default -> failed;
        };
        counter.add(1L);
        ("made".equals(outcome.status()) ? flopsMade : flopsPassed).add(outcome.flops());
    }

    /** @param seconds since pictures are made */
    State state(long pictures, double flops, double seconds) {
        double rest = Math.max(0, flops - flopsMade.sum() - flopsPassed.sum());
        return new State(
                made.sum(),
                kept.sum(),
                failed.sum(),
                pictures,
                flopsMade.sum() == 0 ? Optional.empty() : Optional.of(rest * seconds / flopsMade.sum()));
    }
}
