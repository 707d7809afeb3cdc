package io.mural.cli.progress;

import io.mural.Pace;
import io.mural.Progress;
import io.mural.cli.console.Spelling;
import io.mural.engine.text.Figures;
import io.mural.engine.text.Words;
import java.io.PrintWriter;
import java.util.function.LongSupplier;

/** Progress as whole lines, for files and logs: a line a stage, and within a slow one a line every few seconds. */
final class PlainReport implements Report {
    private static final long PAUSE_NANOS = 5_000_000_000L;

    private final PrintWriter err;
    private final LongSupplier clock;
    private String picture = "";
    private boolean large;
    private Pace pace;
    private long said;

    /** @param clock nanoseconds */
    PlainReport(PrintWriter err, LongSupplier clock) {
        this.err = err;
        this.clock = clock;
    }

    @Override
    public void accept(Progress event) {
        switch (event) {
            case Progress.Planned plan -> err.println(Lines.plan(plan));
            case Progress.Warning warning -> err.println(Lines.warning(warning));
            case Progress.Note note -> err.println(Spelling.of(note.text()));
            case Progress.Detail detail -> err.println(Spelling.of(detail.text()));
            case Progress.Begun begun -> {
                picture = begun.pictures() > 1 ? begun.picture() + "/" + begun.pictures() + " " : "";
                large = false;
            }
            case Progress.Level level -> level(level);
            case Progress.StageBegun stage -> stage(stage);
            case Progress.Step step -> step(step);
            case Progress.Done done -> {
                endStage();
                err.println(Lines.done(done));
            }
            case Progress.Unit _, Progress.Preview _, Progress.LevelDone _ -> {}
        }
    }

    private void level(Progress.Level level) {
        endStage();
        large = level.levels() > 1;
        err.println(picture + "level " + level.level() + "/" + level.levels() + ": " + level.width() + "x"
                + level.height() + ", " + level.windows() + (level.windows() == 1 ? " window" : " windows"));
    }

    private void stage(Progress.StageBegun stage) {
        endStage();
        long now = clock.getAsLong();
        pace = new Pace(stage.stage(), stage.steps(), now);
        said = now;
    }

    private void step(Progress.Step step) {
        int done = step.step();
        long now = clock.getAsLong();
        pace.step(done, now);
        if (done < pace.steps() && now - said >= PAUSE_NANOS) {
            said = now;
            err.println(picture + Words.of(pace.stage()) + " " + done + "/" + pace.steps() + ", "
                    + Figures.duration(pace.secondsPerStep().orElseThrow()) + " a step, "
                    + Figures.clock(pace.secondsLeft(now).orElseThrow()) + " left"
                    + (large ? Lines.pictureLeft(step) : ""));
        }
    }

    private void endStage() {
        if (pace != null) {
            double seconds = pace.seconds(clock.getAsLong());
            err.println(picture + Words.of(pace.stage()) + " " + Figures.duration(seconds) + steps(seconds));
            pace = null;
        }
    }

    /** What went on from a checkpoint made its last steps only. */
    private String steps(double seconds) {
        if (pace.steps() == 1 || pace.made() == 0) {
            return "";
        }
        var each = Figures.duration(seconds / pace.made());
        return pace.made() == pace.steps()
                ? ", " + pace.steps() + " steps of " + each
                : ", the last " + pace.made() + " of " + pace.steps() + " steps, " + each + " each";
    }

    @Override
    public void close() {}
}
