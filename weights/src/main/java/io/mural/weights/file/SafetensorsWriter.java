package io.mural.weights.file;

import io.mural.tensor.DType;
import io.mural.weights.text.Json;
import io.mural.weights.text.Shown;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Collects tensors and writes them as one safetensors file, which appears whole or not at all. Data is copied straight
 * from the segments given, or made while the file is written. As in the reference writer, wider element types come
 * first, then names in order: that keeps each tensor aligned.
 */
public final class SafetensorsWriter {
    private static final int CHUNK = 1 << 20;

    private final Map<String, Entry> entries = new TreeMap<>();
    private final Map<String, String> metadata = new TreeMap<>();

    private record Entry(String name, DType dtype, long[] shape, long bytes, WholeFile.Body data) {}

    /** Adds a free text to the header. */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** Adds a tensor whose little-endian elements are {@code data}, which must stay valid until {@link #write}. */
    public SafetensorsWriter add(String name, DType dtype, long[] shape, MemorySegment data) {
        long bytes = bytes(dtype, shape);
        if (bytes != data.byteSize()) {
            throw new IllegalArgumentException(name + ": " + dtype + " " + Shown.shape(shape) + " takes " + bytes
                    + " bytes, given are " + data.byteSize());
        }
        return add(name, dtype, shape, channel -> write(channel, data));
    }

    /** Adds a tensor whose little-endian elements {@code data} writes to the channel when its turn comes. */
    public SafetensorsWriter add(String name, DType dtype, long[] shape, WholeFile.Body data) {
        var entry = new Entry(name, dtype, shape.clone(), bytes(dtype, shape), data);
        if (name.equals("__metadata__") || entries.put(name, entry) != null) {
            throw new IllegalArgumentException("the tensor name " + Shown.quoted(name) + " is taken");
        }
        return this;
    }

    /** Adds a float32 tensor; the array must stay as it is until {@link #write}. */
    public SafetensorsWriter add(String name, long[] shape, float... values) {
        return add(name, DType.F32, shape, littleEndian(values));
    }

    /** The array itself where the processor stores it as the file does: large ones are not copied. */
    private static MemorySegment littleEndian(float... values) {
        if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            return MemorySegment.ofArray(values);
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(values.length, 4)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return MemorySegment.ofBuffer(bytes);
    }

    /** Writes the file; {@link io.mural.tensor.InputException} when the place is not writable. */
    public void write(Path file) {
        List<Entry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingInt((Entry e) -> -e.dtype().bytes()).thenComparing(Entry::name));
        byte[] header = header(sorted);
        WholeFile.write(file, channel -> {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            write(channel, length.putLong(header.length).flip());
            write(channel, ByteBuffer.wrap(header));
            for (Entry entry : sorted) {
                long end = channel.position() + entry.bytes();
                entry.data().writeTo(channel);
                if (channel.position() != end) {
                    throw new IllegalStateException(entry.name() + " was written with "
                            + (entry.bytes() + channel.position() - end) + " bytes instead of " + entry.bytes());
                }
            }
        });
    }

    private static long bytes(DType dtype, long[] shape) {
        long bytes = dtype.bytes();
        for (long size : shape) {
            bytes = Math.multiplyExact(bytes, size);
        }
        return bytes;
    }

    private byte[] header(List<Entry> sorted) {
        Map<String, Object> json = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            json.put("__metadata__", metadata);
        }
        long position = 0;
        for (Entry entry : sorted) {
            long end = position + entry.bytes();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("dtype", entry.dtype().name());
            fields.put("shape", longs(entry.shape()));
            fields.put("data_offsets", longs(position, end));
            json.put(entry.name(), fields);
            position = end;
        }
        byte[] bytes = Json.write(json).getBytes(StandardCharsets.UTF_8);
        // Spaces up to a multiple of 8, so that the data is aligned in the file too.
        byte[] padded = new byte[(bytes.length + 7) / 8 * 8];
        Arrays.fill(padded, (byte) ' ');
        System.arraycopy(bytes, 0, padded, 0, bytes.length);
        return padded;
    }

    private static List<Long> longs(long... values) {
        return Arrays.stream(values).boxed().toList();
    }

    /** In pieces through a buffer, because a channel takes no segment of an array other than byte[]. */
    private static void write(FileChannel channel, MemorySegment data) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(CHUNK, data.byteSize()));
        MemorySegment piece = MemorySegment.ofBuffer(buffer.clear());
        for (long at = 0; at < data.byteSize(); at += CHUNK) {
            int length = (int) Math.min(CHUNK, data.byteSize() - at);
            MemorySegment.copy(data, at, piece, 0, length);
            write(channel, buffer.clear().limit(length));
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
