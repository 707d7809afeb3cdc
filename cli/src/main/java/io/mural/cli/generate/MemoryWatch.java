package io.mural.cli.generate;

import io.mural.cli.console.Figures;
import io.mural.cli.device.Footprint;
import io.mural.model.pipeline.Progress;
import java.util.Optional;

/** Passes progress on and looks at the memory of the process as units, steps and stages begin. */
final class MemoryWatch implements Progress {
    private final Progress watched;
    private final long readBefore = Footprint.diskRead().orElse(0);
    private long peak;

    MemoryWatch(Progress watched) {
        this.watched = watched;
    }

    @Override
    public void level(int number, int levels, int width, int height, int windows) {
        watched.level(number, levels, width, height, windows);
    }

    @Override
    public void stage(Stage stage, int steps) {
        look();
        watched.stage(stage, steps);
    }

    @Override
    public void step(int done) {
        look();
        watched.step(done);
    }

    @Override
    public void unit(String name) {
        look();
        watched.unit(name);
    }

    @Override
    public void note(String line) {
        watched.note(line);
    }

    private void look() {
        peak = Math.max(peak, Footprint.anonymous().orElse(0));
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
