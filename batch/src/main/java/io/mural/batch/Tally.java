package io.mural.batch;

import io.mural.batch.ResultRow.Status;
import java.util.Optional;

/** Counts what became of pictures. */
final class Tally {
    private final long pictures;
    private final double flops;
    private long made;
    private long kept;
    private long failed;
    private double flopsMade;
    private double flopsPassed; // kept or failed: no measure of speed

    Tally(long pictures, double flops) {
        this.pictures = pictures;
        this.flops = flops;
    }

    /** @param seconds since the batch began */
    synchronized BatchListener.State count(Status status, double cost, double seconds) {
        switch (status) {
            case MADE -> {
                made++;
                flopsMade += cost;
            }
            case KEPT -> {
                kept++;
                flopsPassed += cost;
            }
            case FAILED -> {
                failed++;
                flopsPassed += cost;
            }
        }
        double rest = Math.max(0, flops - flopsMade - flopsPassed);
        return state(flopsMade == 0 ? Optional.empty() : Optional.of(rest * seconds / flopsMade));
    }

    synchronized BatchListener.State state(Optional<Double> secondsLeft) {
        return new BatchListener.State(made, kept, failed, pictures, secondsLeft);
    }
}
