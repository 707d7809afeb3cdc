package io.mural.cli.progress;

import io.mural.model.pipeline.Progress;
import java.nio.file.Path;

/** What is said on stderr while pictures are made. Used by one thread; closed when the work ends, however it ends. */
public sealed interface Report extends Progress, AutoCloseable permits BarReport, JsonReport, PlainReport, QuietReport {
    void announce(Announcement announcement);

    /** Something the user should know that stops nothing; one line. */
    void warn(String text);

    /** What is good to know about the work; one line. */
    @Override
    void note(String text);

    /** The picture {@code number} of {@code pictures} begins. */
    void begin(int number, int pictures, long seed);

    /** The picture is written. */
    void done(Path file, long seed, double seconds);

    /** Leaves the terminal as it was found. */
    @Override
    void close();
}
