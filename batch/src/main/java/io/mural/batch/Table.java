package io.mural.batch;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * A table of rows in a file. It is read twice: once whole, to check it, and then row by row at its place, so that a table
 * of a million rows takes little memory.
 */
interface Table extends AutoCloseable {
    /** Told of every row. */
    interface Visitor {
        /** A row. */
        void row(long number, Place place, Map<String, Object> cells);

        /** A row that cannot be read. */
        void fault(RowFault fault);
    }

    /** Where a row is in the file, in bytes. */
    record Place(long offset, int length) {}

    void scan(Visitor visitor) throws IOException;

    /** The cells of the row at a place. */
    Map<String, Object> cells(Place place) throws IOException;

    @Override
    void close() throws IOException;

    /** Opens a file by its ending: {@code .csv}, or {@code .jsonl} and {@code .ndjson} for JSON lines. */
    static Table open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw InputException.about("table", file + ": no such file; give a table of rows, .csv or .jsonl");
        }
        var name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".csv")) {
            return new CsvTable(file);
        }
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return new JsonLinesTable(file);
        }
        throw InputException.about(
                "table", file + ": not a table that mural reads; give .csv with a header, or .jsonl (JSON lines)");
    }
}
