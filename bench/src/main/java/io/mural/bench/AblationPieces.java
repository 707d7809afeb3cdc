package io.mural.bench;

import io.mural.weights.text.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a run has found so far, a piece a line, so that a run that was cut off goes on; deleted when the run is whole. */
final class AblationPieces {
    private final Path path;
    private final Results file;
    private final int threads;
    private final Map<String, JsonObject> found = new LinkedHashMap<>();

    /** Takes up what stands in the file; pieces of other code, or of other threads, do not count. */
    AblationPieces(Path path, int threads) throws IOException {
        this.path = path;
        this.threads = threads;
        file = new Results(path);
        if (!file.exists()) {
            return;
        }
        dropCutLine();
        for (var piece : file.read()) {
            if (piece.string("commit").equals(Results.commit()) && piece.integer("threads") == threads) {
                found.put(piece.string("what"), piece);
            }
        }
    }

    /** The machine may have stopped while a line was written. */
    private void dropCutLine() throws IOException {
        var text = Files.readString(path);
        Files.writeString(path, text.substring(0, text.lastIndexOf('\n') + 1));
    }

    Optional<JsonObject> get(String name) {
        return Optional.ofNullable(found.get(name));
    }

    void put(String run, String name, Map<String, Object> what) {
        file.append(run, name, "mural", threads, what);
        found.put(name, file.read().getLast());
    }

    void delete() throws IOException {
        Files.deleteIfExists(path);
    }
}
