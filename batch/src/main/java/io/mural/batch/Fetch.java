package io.mural.batch;

import java.nio.file.Path;

/** Brings a file that a table names, by a path or a URI, onto this machine. */
@FunctionalInterface
public interface Fetch {
    Path file(String text);
}
