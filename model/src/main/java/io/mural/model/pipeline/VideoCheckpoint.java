package io.mural.model.pipeline;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * A journal in a file beside the clip, replaced as a whole after every step and removed when the clip is written. It
 * belongs to one clip: its identity is compared when it is read.
 */
public final class VideoCheckpoint implements VideoJournal {
    private static final String IDENTITY = "video";
    private static final String MEMORY = "memory.";

    private final Path file;
    private final String identity;
    private final Optional<Position> start;

    private VideoCheckpoint(Path file, String identity, Optional<Position> start) {
        this.file = file;
        this.identity = identity;
        this.start = start;
    }

    /** A journal from the beginning; one that is there is replaced after the first step. */
    public static VideoCheckpoint fresh(Path file, String identity) {
        return new VideoCheckpoint(file, identity, Optional.empty());
    }

    /**
     * A journal that goes on where the file stopped, from the beginning where there is none.
     *
     * @param identity all that the clip is made from
     * @param size values of its latents
     * @throws InputException when the file is damaged or of another clip
     */
    public static VideoCheckpoint resume(Path file, String identity, int size) {
        return new VideoCheckpoint(
                file, identity, Files.exists(file) ? Optional.of(read(file, identity, size)) : Optional.empty());
    }

    private static Position read(Path file, String identity, int size) {
        try (var stored = Checkpoint.open(file)) {
            requireIdentity(file, identity, stored.metadata());
            int step = Integer.parseInt(stored.metadata().getOrDefault("step", ""));
            var latents = stored.floats("latents");
            var memory = new ArrayList<float[]>();
            while (stored.tensors().containsKey(MEMORY + memory.size())) {
                memory.add(stored.floats(MEMORY + memory.size()));
            }
            boolean whole = latents.length == size
                    && memory.stream().allMatch(values -> values.length == size)
                    && checksum(step, latents).equals(stored.metadata().get("checksum"));
            if (!whole) {
                throw damaged(file, null);
            }
            return new Position(step, latents, memory);
        } catch (NumberFormatException e) {
            throw damaged(file, e);
        }
    }

    private static void requireIdentity(Path file, String identity, Map<String, String> metadata) {
        if (!identity.equals(metadata.get(IDENTITY))) {
            throw new InputException(file + " is the checkpoint of another clip (prompt, seed, size, model or options"
                    + " differ): give the same, or do not resume");
        }
    }

    private static InputException damaged(Path file, Exception cause) {
        return new InputException(file + " is a damaged checkpoint: do not resume, to begin anew", cause);
    }

    private static String checksum(int step, float[] latents) {
        return Integer.toHexString(31 * step + Arrays.hashCode(latents));
    }

    @Override
    public Optional<Position> start() {
        return start;
    }

    @Override
    public void reached(Position position) {
        var latents = position.latents();
        var writer = new SafetensorsWriter()
                .metadata(IDENTITY, identity)
                .metadata("step", Integer.toString(position.step()))
                .metadata("checksum", checksum(position.step(), latents))
                .add("latents", new long[] {latents.length}, latents);
        for (int i = 0; i < position.memory().size(); i++) {
            writer.add(
                    MEMORY + i, new long[] {latents.length}, position.memory().get(i));
        }
        writer.write(file);
    }

    /** Removes the file: the clip is written. */
    public void finished() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new InputException(file + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
