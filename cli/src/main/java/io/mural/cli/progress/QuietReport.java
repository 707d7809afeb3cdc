package io.mural.cli.progress;

import io.mural.Progress;
import java.io.PrintWriter;

/** No progress: warnings, and a line for a finished picture, which tells its seed. */
final class QuietReport implements Report {
    private final PrintWriter err;

    QuietReport(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void accept(Progress event) {
        switch (event) {
            case Progress.Warning warning -> err.println(Lines.warning(warning));
            case Progress.Done done -> err.println(Lines.done(done));
            default -> {}
        }
    }

    @Override
    public void close() {}
}
