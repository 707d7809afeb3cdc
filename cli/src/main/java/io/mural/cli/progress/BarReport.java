package io.mural.cli.progress;

import io.mural.Pace;
import io.mural.Progress;
import io.mural.cli.console.Spelling;
import io.mural.cli.console.Terminal;
import io.mural.engine.text.Figures;
import io.mural.engine.text.Words;
import java.io.PrintWriter;
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
    private String left = "";
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
    public void accept(Progress event) {
        switch (event) {
            case Progress.Planned plan -> say(Lines.plan(plan));
            case Progress.Warning warning -> say(Lines.warning(warning));
            case Progress.Note note -> say(Spelling.of(note.text()));
            case Progress.Detail detail -> say(Spelling.of(detail.text()));
            case Progress.Begun begun -> {
                picture = begun.pictures() > 1 ? begun.picture() + "/" + begun.pictures() + " " : "";
                level = "";
                left = "";
            }
            case Progress.Level of -> level = "level " + of.level() + "/" + of.levels() + " ";
            case Progress.StageBegun stage -> {
                pace = new Pace(stage.stage(), stage.steps(), clock.getAsLong());
                unit = "";
                draw();
            }
            case Progress.Step step -> {
                pace.step(step.step(), clock.getAsLong());
                left = level.isEmpty() ? "" : Lines.pictureLeft(step);
                drawIfDue();
            }
            case Progress.Unit of -> {
                unit = of.unit();
                drawIfDue();
            }
            case Progress.Done done -> say(Lines.done(done));
            case Progress.Preview _, Progress.LevelDone _ -> {}
        }
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
        var head = picture + level + Words.of(pace.stage()) + " ";
        var figures = new StringBuilder();
        boolean counted = pace.steps() > 1;
        if (counted) {
            figures.append(' ').append(pace.done()).append('/').append(pace.steps());
            pace.secondsPerStep()
                    .ifPresent(each -> figures.append("  ")
                            .append(Figures.duration(each))
                            .append("/step  ETA ")
                            .append(Figures.clock(pace.secondsLeft(now).orElseThrow()))
                            .append(left));
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
