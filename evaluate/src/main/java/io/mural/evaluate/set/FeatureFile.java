package io.mural.evaluate.set;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Numbers of pictures, appended one picture at a time, so that work that was cut off goes on where it stopped. A record
 * holds the file's name, size and time of change, so that another picture under the name is noticed, and a checksum, so
 * that a record that was being written when the machine stopped is dropped.
 */
final class FeatureFile implements AutoCloseable {
    private static final int MAGIC = 0x6d75_6631;
    /** Lengths of name and values, size, time, checksum. */
    private static final int HEAD = 4 + 4 + 4 + 8 + 8 + 4;

    private static final int LONGEST_NAME = 4096;

    private final Path path;
    private final FileChannel channel;
    private final Map<String, Place> places = new HashMap<>();

    private record Place(long size, long time, long at, int values) {}

    private FeatureFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    static FeatureFile open(Path path) {
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            var channel = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            var file = new FeatureFile(path, channel);
            try {
                if (channel.tryLock() == null) {
                    throw new InputException(path + " is in use by another run; wait for it or name another cache");
                }
                file.index();
                return file;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | OverlappingFileLockException e) {
            throw new InputException(path + " cannot be used as a cache: " + Shown.reason(e), e);
        }
    }

    /** Finds all whole records, and cuts off what follows the last. */
    private void index() throws IOException {
        long at = 0;
        while (at + HEAD <= channel.size()) {
            var head = read(at, HEAD);
            int magic = head.getInt();
            int nameLength = head.getInt();
            int count = head.getInt();
            long size = head.getLong();
            long time = head.getLong();
            int checksum = head.getInt();
            long end = at + HEAD + nameLength + 4L * count;
            if (magic != MAGIC
                    || nameLength < 1
                    || nameLength > LONGEST_NAME
                    || count < 0
                    || end > channel.size()
                    || end - at > Integer.MAX_VALUE) {
                break;
            }
            var body = read(at + HEAD, nameLength + 4 * count);
            if (checksum(body) != checksum) {
                break;
            }
            var name = new byte[nameLength];
            body.get(name);
            places.put(new String(name, StandardCharsets.UTF_8), new Place(size, time, at + HEAD + nameLength, count));
            at = end;
        }
        channel.truncate(at);
    }

    private ByteBuffer read(long at, int bytes) throws IOException {
        var buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new IOException("the file ends early");
            }
        }
        return buffer.flip();
    }

    private static int checksum(ByteBuffer body) {
        var crc = new CRC32();
        crc.update(body.duplicate());
        return (int) crc.getValue();
    }

    /** The numbers of a picture, unless the file has changed since. */
    Optional<float[]> get(Picture picture) {
        var place = places.get(picture.name());
        if (place == null || place.size() != picture.size() || place.time() != picture.time()) {
            return Optional.empty();
        }
        try {
            var values = new float[place.values()];
            read(place.at(), 4 * values.length).asFloatBuffer().get(values);
            return Optional.of(values);
        } catch (IOException e) {
            throw new InputException(path + " cannot be read: " + Shown.reason(e), e);
        }
    }

    void put(Picture picture, float[] values) {
        var name = picture.name().getBytes(StandardCharsets.UTF_8);
        var body = ByteBuffer.allocate(name.length + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        body.put(name);
        for (float value : values) {
            body.putFloat(value);
        }
        body.flip();
        var record = ByteBuffer.allocate(HEAD + body.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        record.putInt(MAGIC)
                .putInt(name.length)
                .putInt(values.length)
                .putLong(picture.size())
                .putLong(picture.time())
                .putInt(checksum(body))
                .put(body)
                .flip();
        try {
            long at = channel.size();
            while (record.hasRemaining()) {
                channel.write(record, at + record.position());
            }
            places.put(
                    picture.name(), new Place(picture.size(), picture.time(), at + HEAD + name.length, values.length));
        } catch (IOException e) {
            throw new InputException(path + " cannot be written: " + Shown.reason(e), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new InputException(path + " cannot be closed: " + Shown.reason(e), e);
        }
    }
}
