package io.mural.weights.file;

import io.mural.tensor.InputException;
import io.mural.weights.file.PickledData.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What torch wrote before 1.6: pickles one after the other (a number that marks the format, its version, the machine, the
 * object, the keys of its storages), then each storage as its number of elements and the elements.
 */
final class BareTorch implements TorchStorages {
    /** A pickle of the number 0x1950a86a20f9469cfc6c and nothing else. */
    private static final byte[] MAGIC = {
        (byte) 0x80,
        2,
        (byte) 0x8a,
        0x0a,
        0x6c,
        (byte) 0xfc,
        (byte) 0x9c,
        0x46,
        (byte) 0xf9,
        0x20,
        0x6a,
        (byte) 0xa8,
        0x50,
        0x19,
        '.'
    };

    private static final long VERSION = 1001;
    private static final int MOST_PICKLE = 256 << 20;
    private static final ValueLayout.OfLong COUNT = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment file;
    private final Map<String, MemorySegment> storages = new HashMap<>();

    BareTorch(Path path) throws IOException {
        this.path = path;
        try (var channel = FileChannel.open(path)) {
            file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Whether a file begins as this form does. */
    static boolean is(Path path) throws IOException {
        try (var channel = FileChannel.open(path)) {
            var start = ByteBuffer.allocate(MAGIC.length);
            while (start.hasRemaining() && channel.read(start) >= 0) {
                // A read may bring less than was asked for.
            }
            return Arrays.equals(start.array(), MAGIC);
        }
    }

    @Override
    public Object described() {
        var pickles = file.asSlice(0, Math.min(file.byteSize(), MOST_PICKLE)).asByteBuffer();
        pickles.position(MAGIC.length);
        if (!Long.valueOf(VERSION).equals(next(pickles))) {
            throw new InputException(path + ": is of an unknown version of torch's old format; save it again with a"
                    + " current torch, or get it as .safetensors");
        }
        if (!(next(pickles) instanceof Map<?, ?> machine) || !Boolean.TRUE.equals(machine.get("little_endian"))) {
            throw new InputException(path + ": its numbers are not little-endian, which is not supported");
        }
        var data = new PickledData(path.toString(), pickles);
        var object = data.read();
        if (!(next(pickles) instanceof List<?> keys)) {
            throw damaged();
        }
        find(keys, data.storages(), pickles.position());
        return object;
    }

    private Object next(ByteBuffer pickles) {
        return new PickledData(path.toString(), pickles).read();
    }

    private void find(List<?> keys, Map<String, Storage> known, long from) {
        long at = from;
        for (var key : keys) {
            var storage = known.get(String.valueOf(key));
            if (storage == null || at + COUNT.byteSize() > file.byteSize()) {
                throw damaged();
            }
            long elements = file.get(COUNT, at);
            at += COUNT.byteSize();
            if (elements < 0
                    || elements > (file.byteSize() - at) / storage.dtype().bytes()) {
                throw damaged();
            }
            long bytes = elements * storage.dtype().bytes();
            storages.put(storage.key(), file.asSlice(at, bytes));
            at += bytes;
        }
    }

    private InputException damaged() {
        return new InputException(path + ": ends early or is damaged; download it again");
    }

    @Override
    public long bytes(Storage storage) {
        var found = storages.get(storage.key());
        return found == null ? -1 : found.byteSize();
    }

    @Override
    public InputStream open(Storage storage) {
        return new Bytes(storages.get(storage.key()));
    }

    @Override
    public void close() {
        arena.close();
    }

    /** A part of the file as a stream. */
    private static final class Bytes extends InputStream {
        private final MemorySegment part;
        private long at;

        Bytes(MemorySegment part) {
            this.part = part;
        }

        @Override
        public int read() {
            return at == part.byteSize() ? -1 : part.get(ValueLayout.JAVA_BYTE, at++) & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (at == part.byteSize() && length > 0) {
                return -1;
            }
            int count = (int) Math.min(length, part.byteSize() - at);
            MemorySegment.copy(part, ValueLayout.JAVA_BYTE, at, into, offset, count);
            at += count;
            return count;
        }

        @Override
        public long skip(long count) {
            long skipped = Math.clamp(count, 0, part.byteSize() - at);
            at += skipped;
            return skipped;
        }
    }
}
