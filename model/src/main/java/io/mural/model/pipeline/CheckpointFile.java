package io.mural.model.pipeline;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32C;

/**
 * A journal in a file beside the picture, replaced as a whole after every step and removed when the picture is
 * written. It belongs to one picture: its identity is compared when it is read.
 */
public final class CheckpointFile implements Journal {
    private static final String IDENTITY = "identity";
    private static final String CHECKSUM = "checksum";
    /** Floats. */
    private static final int PIECE = 1 << 16;

    private final Path file;
    private final String identity;
    private final Optional<Position> start;

    private CheckpointFile(Path file, String identity, Optional<Position> start) {
        this.file = file;
        this.identity = identity;
        this.start = start;
    }

    /** The checkpoint's place for a picture. */
    public static Path beside(Path picture) {
        return picture.resolveSibling(picture.getFileName() + ".checkpoint");
    }

    /** A journal from the beginning; one that is there is replaced after the first step. */
    public static CheckpointFile fresh(Path file, String identity) {
        return new CheckpointFile(file, identity, Optional.empty());
    }

    /**
     * A journal that goes on where the file stopped, from the beginning where there is none.
     *
     * @param identity all that the picture is made from
     * @throws InputException when the file is damaged or of another picture
     */
    public static CheckpointFile resume(Path file, String identity) {
        return new CheckpointFile(
                file, identity, Files.exists(file) ? Optional.of(read(file, identity)) : Optional.empty());
    }

    private static Position read(Path file, String identity) {
        Map<String, String> metadata;
        float[] guide;
        float[] latents;
        try (var stored = Checkpoint.open(file)) {
            metadata = stored.metadata();
            guide = stored.floats("guide");
            latents = stored.tensors().containsKey("latents") ? stored.floats("latents") : new float[0];
        } catch (InputException e) {
            throw damaged(file, e);
        }
        if (!identity.equals(metadata.get(IDENTITY))) {
            throw new InputException(
                    file + " is the checkpoint of another picture (prompt, seed, size, model or options"
                            + " differ): give the same, or leave out `resume` to begin anew");
        }
        try {
            var position = new Position(
                    Integer.parseInt(metadata.getOrDefault("level", "")),
                    Integer.parseInt(metadata.getOrDefault("step", "")),
                    guide,
                    latents);
            if (!checksum(position).equals(metadata.get(CHECKSUM))) {
                throw damaged(file, null);
            }
            return position;
        } catch (NumberFormatException e) {
            throw damaged(file, e);
        }
    }

    private static InputException damaged(Path file, Exception cause) {
        return new InputException(file + " is a damaged checkpoint: leave out `resume` to begin anew", cause);
    }

    @Override
    public Optional<Position> start() {
        return start;
    }

    @Override
    public Optional<Position> start(Predicate<Position> fits) {
        if (start.isPresent() && !fits.test(start.get())) {
            throw damaged(file, null);
        }
        return start;
    }

    @Override
    public void reached(Position position) {
        var writer = new SafetensorsWriter()
                .metadata(IDENTITY, identity)
                .metadata("level", Integer.toString(position.level()))
                .metadata("step", Integer.toString(position.step()))
                .metadata(CHECKSUM, checksum(position))
                .add("guide", new long[] {position.guide().length}, position.guide());
        if (position.latents().length > 0) {
            writer.add("latents", new long[] {position.latents().length}, position.latents());
        }
        writer.write(file);
    }

    /** Of the position and of all bytes. */
    private static String checksum(Position position) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(position.level())
                .putInt(position.step())
                .flip());
        update(crc, position.guide());
        update(crc, position.latents());
        return Long.toHexString(crc.getValue());
    }

    /** In pieces: a copy of all latents at every step would fill the heap. */
    private static void update(CRC32C crc, float[] values) {
        var bytes = ByteBuffer.allocate(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < values.length; from += PIECE) {
            int count = Math.min(PIECE, values.length - from);
            bytes.clear().asFloatBuffer().put(values, from, count);
            crc.update(bytes.limit(count * Float.BYTES));
        }
    }

    /** Removes the file: the picture is written. */
    public void finished() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new InputException(file + " cannot be removed: " + Shown.reason(e), e);
        }
    }
}
