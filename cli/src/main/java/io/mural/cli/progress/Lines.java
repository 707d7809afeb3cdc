package io.mural.cli.progress;

import io.mural.cli.console.Figures;
import io.mural.cli.console.OneLine;
import java.nio.file.Path;

/** The lines for people, which do not depend on how progress is shown. */
final class Lines {
    private Lines() {}

    static String announcement(Announcement a) {
        return a.model() + ": " + (a.pictures() > 1 ? a.pictures() + " pictures of " : "") + a.width() + "x"
                + a.height() + ", " + a.steps() + (a.steps() == 1 ? " step" : " steps") + ", seed " + a.seed()
                + (a.pictures() > 1 ? " and on" : "") + ", " + a.device() + " with " + a.threads()
                + (a.threads() == 1 ? " thread" : " threads") + ", " + Figures.bytes(a.memoryBytes())
                + " beside " + Figures.bytes(a.weightBytes()) + " of mapped weights";
    }

    static String done(Path file, long seed, double seconds) {
        return file + ": seed " + seed + ", " + Figures.duration(seconds);
    }

    static String warning(String text) {
        return OneLine.of("mural: warning: " + text);
    }
}
