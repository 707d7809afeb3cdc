package io.mural.cli.progress;

import io.mural.cli.console.Figures;
import io.mural.cli.console.Terminal;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** Progress as one line of a terminal, drawn again in place and erased when a picture is done. */
final class BarReport implements Report {
    private static final long REDRAW_NANOS = 100_000_000L;
    /** Below this a step says enough; above, the unit shows that something goes on. */
    private static final double SLOW_STEP_SECONDS = 2;

    private static final int NARROWEST_BAR = 4;
    private static final int WIDEST_BAR = 24;

    private final PrintWriter err;
    private final LongSupplier clock;
    private final IntSupplier width;
    private String picture = "";
    private String level = "";
    private String unit = "";
    private Pace pace;
    private long drawn;
    /** Also erased by the thread of Ctrl-C. */
    private volatile boolean visible;

    /**
     * @param clock nanoseconds
     * @param width columns of the terminal, now
     */
    BarReport(PrintWriter err, LongSupplier clock, IntSupplier width) {
        this.err = err;
        this.clock = clock;
        this.width = width;
    }

    @Override
    public void announce(Announcement announcement) {
        say(Lines.announcement(announcement));
    }

    @Override
    public void warn(String text) {
        say(Lines.warning(text));
    }

    @Override
    public void note(String text) {
        say(text);
    }

    @Override
    public void begin(int number, int pictures, long seed) {
        picture = pictures > 1 ? number + "/" + pictures + " " : "";
        level = "";
    }

    @Override
    public void level(int number, int levels, int width, int height, int windows) {
        level = "level " + number + "/" + levels + " ";
    }

    @Override
    public void stage(Stage stage, int steps) {
        pace = new Pace(stage, steps, clock.getAsLong());
        unit = "";
        draw();
    }

    @Override
    public void step(int done) {
        pace.step(done, clock.getAsLong());
        drawIfDue();
    }

    @Override
    public void unit(String name) {
        unit = name;
        drawIfDue();
    }

    private void drawIfDue() {
        if (pace != null && clock.getAsLong() - drawn >= REDRAW_NANOS) {
            draw();
        }
    }

    private void draw() {
        drawn = clock.getAsLong();
        visible = true;
        err.print(Terminal.ERASE_LINE + line(width.getAsInt() - 1, drawn));
        err.flush();
    }

    /** The line, at most {@code columns} wide: what does not fit is left out, the least important first. */
    private String line(int columns, long now) {
        var head = picture + level + pace.stage() + " ";
        var figures = new StringBuilder();
        boolean counted = pace.steps() > 1;
        if (counted) {
            figures.append(' ').append(pace.done()).append('/').append(pace.steps());
            pace.secondsPerStep()
                    .ifPresent(each -> figures.append("  ")
                            .append(Figures.duration(each))
                            .append("/step  ETA ")
                            .append(Figures.clock(pace.secondsLeft(now).orElseThrow())));
        } else {
            figures.append(Figures.clock(pace.seconds(now)));
        }
        boolean slow = pace.secondsPerStep().orElse(pace.seconds(now)) > SLOW_STEP_SECONDS;
        var tail = slow && !unit.isEmpty() ? "  " + unit : "";
        int room = columns - head.length() - figures.length() - 2;
        if (room - tail.length() < NARROWEST_BAR) {
            tail = "";
        }
        int bar = Math.min(WIDEST_BAR, room - tail.length());
        var line = head + (counted && bar >= NARROWEST_BAR ? bar(bar) : "") + figures + tail;
        return line.substring(0, Math.clamp(columns, 0, line.length()));
    }

    /** In ASCII, which every terminal and every locale shows alike. */
    private String bar(int width) {
        int full = (int) ((long) width * pace.done() / pace.steps());
        var head = full < width ? ">" : "";
        return "[" + "=".repeat(full) + head + " ".repeat(width - full - head.length()) + "]";
    }

    @Override
    public void done(Path file, long seed, double seconds) {
        say(Lines.done(file, seed, seconds));
    }

    private void say(String line) {
        erase();
        err.println(line);
    }

    private void erase() {
        if (visible) {
            visible = false;
            err.print(Terminal.ERASE_LINE);
            err.flush();
        }
    }

    @Override
    public void close() {
        erase();
    }
}
