package io.mural.engine.hub;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file on its way into the cache. It comes in chunks over several connections and is hashed from its first byte to its
 * last while the rest still comes; which chunks are whole stands in a file beside it, so that a pull which was stopped, or
 * killed, goes on. It takes its name in one step, when its hash is the listed one.
 */
final class Download {
    /** Where chunks stand that are whole; others hold 0. */
    private static final byte WHOLE = 1;

    private static final int BUFFER = 1 << 20;

    private final HubClient client;
    private final HubSettings settings;
    private final PullListener listener;

    Download(HubClient client, HubSettings settings, PullListener listener) {
        this.client = client;
        this.settings = settings;
        this.listener = listener;
    }

    /** The two files of an unfinished blob. Other tools' unfinished files have other names and are left alone. */
    record Unfinished(Path bytes, Path chunks) {
        static Unfinished of(Path blob) {
            return new Unfinished(
                    blob.resolveSibling(blob.getFileName() + ".mural"),
                    blob.resolveSibling(blob.getFileName() + ".mural-chunks"));
        }

        void delete() throws IOException {
            Files.deleteIfExists(chunks);
            Files.deleteIfExists(bytes);
        }

        /** Bytes of whole chunks, at most: the file has holes where others are missing. */
        long present(long size, long chunk) throws IOException {
            if (!Files.exists(bytes) || !Files.exists(chunks)) {
                return 0;
            }
            long whole = 0;
            for (byte mark : Files.readAllBytes(chunks)) {
                whole += mark;
            }
            return Math.min(size, whole * chunk);
        }
    }

    /** Brings a file to {@code blob}. */
    void fetch(HubClient.Place place, HubFile file, Path blob) throws IOException, InterruptedException {
        var unfinished = Unfinished.of(blob);
        boolean resumed = unfinished.present(file.size(), settings.pace().chunk()) > 0;
        if (!attempt(place, file, unfinished)) {
            unfinished.delete();
            if (!resumed) {
                throw lie(place);
            }
            // A power cut can lose bytes that an earlier pull had written: only now the hub is to blame.
            listener.again(file.path(), file.size());
            if (!attempt(place, file, unfinished)) {
                unfinished.delete();
                throw lie(place);
            }
        }
        Files.move(unfinished.bytes(), blob, StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(unfinished.chunks());
    }

    private static InputException lie(HubClient.Place place) {
        return new InputException(
                place.shown() + ": what came has another hash than the hub lists, so it was thrown away;"
                        + " pull it again, or by another HF_ENDPOINT");
    }

    /** Whether all bytes are here and have the listed hash. */
    private boolean attempt(HubClient.Place place, HubFile file, Unfinished unfinished)
            throws IOException, InterruptedException {
        try {
            return attempt(place, file, unfinished, Connections::start);
        } catch (RangesIgnored e) {
            listener.again(file.path(), file.size());
            unfinished.delete();
            return attempt(place, file, unfinished, Connections::inOneGo);
        }
    }

    /** How the bytes come. */
    private interface Way {
        void begin(Connections connections) throws IOException, InterruptedException;
    }

    private boolean attempt(HubClient.Place place, HubFile file, Unfinished unfinished, Way way)
            throws IOException, InterruptedException {
        long chunk = settings.pace().chunk();
        int count = Math.toIntExact((file.size() + chunk - 1) / chunk);
        try (var bytes = channel(unfinished.bytes());
                var marks = channel(unfinished.chunks())) {
            var chunks = new Chunks(file.size(), chunk, marks(marks, count, bytes.size()));
            listener.bytes(chunks.presentBytes());
            var connections = new Connections(client, settings, listener, place, chunks, bytes, number -> {
                marks.write(ByteBuffer.wrap(new byte[] {WHOLE}), number);
            });
            try {
                way.begin(connections);
                if (!hash(file, bytes, chunks)) {
                    return false;
                }
            } finally {
                connections.stop();
            }
            bytes.truncate(file.size());
            bytes.force(true);
            return true;
        }
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Which chunks an earlier pull has brought; none where its files do not fit. */
    private static boolean[] marks(FileChannel marks, int count, long size) throws IOException {
        var whole = new boolean[count];
        if (size > 0 && marks.size() <= count) {
            var read = ByteBuffer.allocate(count);
            while (read.hasRemaining() && marks.read(read, read.position()) >= 0) {
                // until all are here
            }
            for (int i = 0; i < read.position(); i++) {
                whole[i] = read.get(i) == WHOLE;
            }
        } else {
            marks.truncate(0);
        }
        return whole;
    }

    /** Follows the chunks in their order; each is read back from memory, where the system still has it. */
    private boolean hash(HubFile file, FileChannel bytes, Chunks chunks) throws IOException, InterruptedException {
        var digest = file.digest();
        var buffer = ByteBuffer.allocate(BUFFER);
        for (int i = 0; i < chunks.count(); i++) {
            chunks.await(i);
            long at = chunks.begin(i);
            while (at < chunks.end(i)) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), chunks.end(i) - at));
                int read = bytes.read(buffer, at);
                if (read < 0) {
                    return false; // shorter than its marks say
                }
                digest.update(buffer.array(), 0, read);
                at += read;
            }
        }
        return file.matches(digest.digest());
    }
}
