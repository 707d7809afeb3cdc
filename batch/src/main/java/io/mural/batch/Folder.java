package io.mural.batch;

import io.mural.tensor.InputException;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Where results go. A picture is there whole under its identity, or not at all. */
public final class Folder implements Store {
    private final Path out;

    public Folder(Path out) {
        this.out = out;
    }

    /** Makes the folders; {@link InputException} when they cannot be written to. */
    public void make() {
        try {
            for (var part : new Path[] {out.resolve("pictures"), out.resolve("table"), tmp(), checkpoints()}) {
                Files.createDirectories(part);
            }
        } catch (IOException e) {
            throw InputException.about(
                    "out", out + ": cannot be made or written to; choose another folder by `out`", e);
        }
        WholeFile.check(tmp().resolve("probe"));
    }

    private Path hidden() {
        return out.resolve("_mural");
    }

    private Path tmp() {
        return hidden().resolve("tmp");
    }

    private Path checkpoints() {
        return hidden().resolve("checkpoints");
    }

    Path job() {
        return hidden().resolve("job.json");
    }

    Path failures() {
        return hidden().resolve("failures.jsonl");
    }

    Path tables() {
        return out.resolve("table");
    }

    Path table(Shard shard) {
        return table(out, shard);
    }

    static Path table(Path out, Shard shard) {
        return out.resolve("table").resolve("part-" + shard.suffix() + ".jsonl");
    }

    /** Its first two digits are the folder, so that none grows beyond a 256th of all. */
    Path picture(String identity) {
        return out.resolve("pictures").resolve(identity.substring(0, 2)).resolve(identity + ".png");
    }

    @Override
    public boolean has(String identity) {
        return Files.exists(picture(identity));
    }

    @Override
    public Path local(String identity) {
        return picture(identity);
    }

    @Override
    public String relative(String identity) {
        return out.relativize(picture(identity)).toString().replace('\\', '/');
    }

    /** One of levels by its identity, so that its checkpoint is found again. */
    @Override
    public Path workplace(String identity, boolean levels) {
        return levels ? checkpoints().resolve(identity + ".png") : tmp().resolve(UUID.randomUUID() + ".png");
    }

    @Override
    public void publish(Path made, String identity) throws IOException {
        var place = picture(identity);
        Files.createDirectories(place.getParent());
        try {
            Files.move(made, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            if (!Files.exists(place)) {
                throw e;
            }
        }
    }

    /** Runs work that only one process may do at a time. */
    void locked(Work work) throws IOException {
        try (var channel = FileChannel.open(
                        hidden().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            if (lock.isValid()) {
                work.run();
            }
        }
    }

    /** May fail as files do. */
    interface Work {
        void run() throws IOException;
    }

    static void write(Path file, String text) {
        WholeFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
