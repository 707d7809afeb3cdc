package io.mural.cli.progress;

import io.mural.cli.console.Terminal;
import io.mural.engine.text.Words;
import java.io.PrintWriter;

/** How progress is shown, as {@code --progress} has it. */
public enum ProgressMode {
    AUTO,
    PLAIN,
    JSON,
    NONE;

    /** Opens the report on {@code err}; {@code AUTO} is a bar where stderr is a terminal and whole lines elsewhere. */
    public Report open(PrintWriter err) {
        return switch (this) {
            case AUTO ->
                Terminal.isInteractive()
                        ? new BarReport(err, System::nanoTime, Terminal::width)
                        : new PlainReport(err, System::nanoTime);
            case PLAIN -> new PlainReport(err, System::nanoTime);
            case JSON -> new JsonReport(err, System::nanoTime);
            case NONE -> new QuietReport(err);
        };
    }

    @Override
    public String toString() {
        return Words.of(this);
    }
}
