package io.mural.cli.progress;

import java.io.PrintWriter;
import java.nio.file.Path;

/** No progress: warnings, and a line for a finished picture, which tells its seed. */
final class QuietReport implements Report {
    private final PrintWriter err;

    QuietReport(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void announce(Announcement announcement) {}

    @Override
    public void warn(String text) {
        err.println(Lines.warning(text));
    }

    @Override
    public void note(String text) {}

    @Override
    public void begin(int number, int pictures, long seed) {}

    @Override
    public void stage(Stage stage, int steps) {}

    @Override
    public void step(int done) {}

    @Override
    public void unit(String name) {}

    @Override
    public void done(Path file, long seed, double seconds) {
        err.println(Lines.done(file, seed, seconds));
    }

    @Override
    public void close() {}
}
