package io.mural.cli.progress;

import io.mural.cli.console.Figures;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** Progress as whole lines, for files and logs: a line a stage, and within a slow one a line every few seconds. */
final class PlainReport implements Report {
    private static final long PAUSE_NANOS = 5_000_000_000L;

    private final PrintWriter err;
    private final LongSupplier clock;
    private String picture = "";
    private Pace pace;
    private long said;

    /** @param clock nanoseconds */
    PlainReport(PrintWriter err, LongSupplier clock) {
        this.err = err;
        this.clock = clock;
    }

    @Override
    public void announce(Announcement announcement) {
        err.println(Lines.announcement(announcement));
    }

    @Override
    public void warn(String text) {
        err.println(Lines.warning(text));
    }

    @Override
    public void note(String text) {
        err.println(text);
    }

    @Override
    public void begin(int number, int pictures, long seed) {
        picture = pictures > 1 ? number + "/" + pictures + " " : "";
    }

    @Override
    public void level(int number, int levels, int width, int height, int windows) {
        endStage();
        err.println(picture + "level " + number + "/" + levels + ": " + width + "x" + height + ", " + windows
                + (windows == 1 ? " window" : " windows"));
    }

    @Override
    public void stage(Stage stage, int steps) {
        endStage();
        long now = clock.getAsLong();
        pace = new Pace(stage, steps, now);
        said = now;
    }

    @Override
    public void step(int done) {
        long now = clock.getAsLong();
        pace.step(done, now);
        if (done < pace.steps() && now - said >= PAUSE_NANOS) {
            said = now;
            err.println(picture + pace.stage() + " " + done + "/" + pace.steps() + ", "
                    + Figures.duration(pace.secondsPerStep().orElseThrow()) + " a step, "
                    + Figures.clock(pace.secondsLeft(now).orElseThrow()) + " left");
        }
    }

    @Override
    public void unit(String name) {}

    private void endStage() {
        if (pace != null) {
            double seconds = pace.seconds(clock.getAsLong());
            var each = pace.steps() > 1
                    ? ", " + pace.steps() + " steps of " + Figures.duration(seconds / pace.steps())
                    : "";
            err.println(picture + pace.stage() + " " + Figures.duration(seconds) + each);
            pace = null;
        }
    }

    @Override
    public void done(Path file, long seed, double seconds) {
        endStage();
        err.println(Lines.done(file, seed, seconds));
    }

    @Override
    public void close() {}
}
