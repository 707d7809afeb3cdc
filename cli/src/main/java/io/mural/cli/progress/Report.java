package io.mural.cli.progress;

import io.mural.Progress;
import java.util.function.Consumer;

/** What is said on stderr while pictures are made. Used by one thread; closed when the work ends, however it ends. */
public sealed interface Report extends Consumer<Progress>, AutoCloseable
        permits BarReport, JsonReport, PlainReport, QuietReport {
    /** Something the user should know that stops nothing; one line. */
    default void warn(String text) {
        accept(new Progress.Warning(text));
    }

    /** What is good to know about the work; one line. */
    default void note(String text) {
        accept(new Progress.Note(text));
    }

    /** Whether its lines are read by a program, so that nothing else may stand among them. */
    default boolean isForPrograms() {
        return false;
    }

    /** Leaves the terminal as it was found. */
    @Override
    void close();
}
