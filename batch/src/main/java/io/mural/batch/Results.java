package io.mural.batch;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The lines of a shard's table. They appear at its end, all at once. */
final class Results implements AutoCloseable {
    private final Path place;
    private final Path part;
    private final BufferedWriter lines;
    private final List<ResultRow> failures = new ArrayList<>();

    Results(Folder folder, Shard shard) {
        place = folder.table(shard);
        part = folder.workplace(UUID.randomUUID().toString(), false);
        try {
            lines = Files.newBufferedWriter(part, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InputException(part + ": cannot be written: " + Shown.reason(e), e);
        }
    }

    synchronized void add(ResultRow row) {
        try {
            lines.write(row.line());
        } catch (IOException e) {
            throw new InputException(
                    part + ": cannot be written: " + Shown.reason(e) + "; free some space and run it again", e);
        }
        if (row.status() == ResultRow.Status.FAILED) {
            failures.add(row);
        }
    }

    List<ResultRow> failures() {
        return failures;
    }

    void publish() throws IOException {
        lines.close();
        // The name comes after the bytes, on the disk too.
        try (var written = FileChannel.open(part, StandardOpenOption.WRITE)) {
            written.force(true);
        }
        Files.move(part, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        // Closing writes what is left, which a full disk does not take.
        try (lines) {
            Files.deleteIfExists(part);
        }
    }
}
