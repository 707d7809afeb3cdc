package io.mural.cli.generate;

import io.mural.Progress;
import io.mural.engine.device.Footprint;
import io.mural.engine.text.Figures;
import java.util.Optional;
import java.util.function.Consumer;

/** Looks at the memory of the process as units, steps and stages of pictures begin. */
final class MemoryWatch implements Consumer<Progress> {
    private final long readBefore = Footprint.diskRead().orElse(0);
    private long peak;

    @Override
    public void accept(Progress event) {
        if (event instanceof Progress.StageBegun || event instanceof Progress.Step || event instanceof Progress.Unit) {
            peak = Math.max(peak, Footprint.anonymous().orElse(0));
        }
    }

    /** What was seen, where the system tells. */
    Optional<String> line() {
        if (peak == 0) {
            return Optional.empty();
        }
        long read = Footprint.diskRead().orElse(readBefore) - readBefore;
        return Optional.of("at most " + Figures.bytes(peak) + " of memory beside mapped files, " + Figures.bytes(read)
                + " read from disk");
    }
}
