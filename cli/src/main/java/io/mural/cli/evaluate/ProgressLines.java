package io.mural.cli.evaluate;

import io.mural.cli.console.OneLine;
import io.mural.engine.text.Figures;
import io.mural.evaluate.set.Progress;
import java.io.PrintWriter;

/** Progress of an evaluation on stderr: a line every few seconds, and one when a set is done. */
final class ProgressLines implements Progress {
    private static final double PAUSE_SECONDS = 5;

    private final PrintWriter err;
    private double said;

    ProgressLines(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void pictures(String what, int done, int all, int computed, double seconds) {
        if (done < all && seconds - said < PAUSE_SECONDS) {
            return;
        }
        said = done < all ? seconds : 0;
        var left =
                done < all && computed > 0 ? ", " + Figures.duration(seconds / computed * (all - done)) + " left" : "";
        var kept = done > computed ? ", " + (done - computed) + " kept from before" : "";
        err.println(
                OneLine.of(what + ": " + done + "/" + all + " pictures, " + Figures.duration(seconds) + kept + left));
        err.flush();
    }

    @Override
    public void note(String line) {
        err.println(OneLine.of(line));
        err.flush();
    }
}
