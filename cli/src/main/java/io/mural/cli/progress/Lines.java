package io.mural.cli.progress;

import io.mural.Progress;
import io.mural.cli.console.OneLine;
import io.mural.cli.console.Spelling;
import io.mural.engine.text.Figures;
import java.nio.file.Path;

/** The lines for people, which do not depend on how progress is shown. */
final class Lines {
    private Lines() {}

    static String plan(Progress.Planned plan) {
        return OneLine.of(plan.model()) + ": " + (plan.pictures() > 1 ? plan.pictures() + " pictures of " : "")
                + plan.width() + "x"
                + plan.height() + ", " + plan.steps() + (plan.steps() == 1 ? " step" : " steps") + ", seed "
                + Long.toUnsignedString(plan.seed()) + (plan.pictures() > 1 ? " and on" : "") + ", " + plan.device()
                + " with "
                + plan.threads() + (plan.threads() == 1 ? " thread" : " threads") + ", "
                + Figures.bytes(plan.memoryBytes()) + " of memory beside " + Figures.bytes(plan.weightBytes())
                + " of mapped weights";
    }

    /** To the end of a picture of several levels, or nothing where it is not known yet. */
    static String pictureLeft(Progress.Step step) {
        return step.pictureSecondsLeft().isPresent()
                ? ", the picture " + Figures.clock(step.pictureSecondsLeft().getAsDouble())
                : "";
    }

    static String done(Progress.Done done) {
        return OneLine.of(done.path().map(Path::toString).orElse("stdout")) + ": seed "
                + Long.toUnsignedString(done.seed()) + ", " + Figures.duration(done.seconds());
    }

    static String warning(Progress.Warning warning) {
        return "mural: warning: " + Spelling.of(warning.text());
    }
}
