package io.mural.model.pipeline;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.text.Shown;
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
        try (var stored = opened(file)) {
            requireIdentity(file, identity, stored.metadata());
            int step = Integer.parseInt(stored.metadata().getOrDefault("step", ""));
            var latents = values(stored, "latents", size);
            var memory = new ArrayList<float[]>();
            while (stored.tensors().containsKey(MEMORY + memory.size())) {
                memory.add(values(stored, MEMORY + memory.size(), size));
            }
            var position = new Position(step, latents, memory);
            if (step < 0 || !checksum(position).equals(stored.metadata().get("checksum"))) {
                throw damaged(file, null);
            }
            return position;
        } catch (NumberFormatException e) {
            throw damaged(file, e);
        }
    }

    private static Checkpoint opened(Path file) {
        try {
            return Checkpoint.open(file);
        } catch (InputException e) {
            throw damaged(file, e);
        }
    }

    /** As many as a clip's latents, all of them numbers. */
    private static float[] values(Checkpoint stored, String name, int size) {
        var path = Path.of(stored.source());
        float[] values;
        try {
            values = stored.floats(name);
        } catch (InputException e) {
            throw damaged(path, e);
        }
        boolean whole = values.length == size;
        for (float value : values) {
            whole &= Float.isFinite(value);
        }
        if (!whole) {
            throw damaged(path, null);
        }
        return values;
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

    /** Of the step, the latents and the solver's memory. */
    private static String checksum(Position position) {
        int sum = 31 * position.step() + Arrays.hashCode(position.latents());
        for (var values : position.memory()) {
            sum = 31 * sum + Arrays.hashCode(values);
        }
        return Integer.toHexString(sum);
    }

    @Override
    public Optional<Position> start() {
        return start;
    }

    @Override
    public Optional<Position> start(int steps) {
        if (start.isPresent() && start.get().step() > steps) {
            throw damaged(file, null);
        }
        return start;
    }

    @Override
    public void reached(Position position) {
        var latents = position.latents();
        var writer = new SafetensorsWriter()
                .metadata(IDENTITY, identity)
                .metadata("step", Integer.toString(position.step()))
                .metadata("checksum", checksum(position))
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
            throw new InputException(file + " cannot be removed: " + Shown.reason(e), e);
        }
    }
}
