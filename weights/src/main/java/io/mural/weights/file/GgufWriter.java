package io.mural.weights.file;

import io.mural.tensor.DType;
import io.mural.weights.text.Shown;
import io.mural.weights.text.WholeFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes a GGUF file of version 3, which appears whole or not at all, tensor by tensor: the header is known beforehand,
 * the data is made while it is written. {@link GgufHeader} describes the layout.
 */
public final class GgufWriter {
    private static final int VERSION = 3;
    private static final int BUFFER = 1 << 20;

    private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
    private final List<Entry> entries = new ArrayList<>();
    private final Set<String> names = new LinkedHashSet<>();
    private int keyCount;

    private record Entry(String name, DType dtype, long[] shape, long bytes, Body body) {}

    /** Makes a tensor's bytes. */
    @FunctionalInterface
    public interface Body {
        void writeTo(Sink sink) throws IOException;
    }

    /** Takes a tensor's bytes piece by piece. */
    public static final class Sink {
        private final FileChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        private long written;

        private Sink(FileChannel channel) {
            this.channel = channel;
        }

        public void put(byte[] bytes, int from, int count) throws IOException {
            for (int at = from; at < from + count; ) {
                if (!buffer.hasRemaining()) {
                    flush();
                }
                int piece = Math.min(buffer.remaining(), from + count - at);
                buffer.put(bytes, at, piece);
                at += piece;
            }
            written += count;
        }

        private void flush() throws IOException {
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        }
    }

    /** Adds a text to the header. */
    public GgufWriter text(String key, String value) {
        key(key, GgufScalar.TEXT);
        put(keys, value);
        return this;
    }

    /** Adds a number to the header. */
    public GgufWriter number(String key, int value) {
        key(key, GgufScalar.U32.number());
        keys.writeBytes(little(Integer.BYTES).putInt(value).array());
        return this;
    }

    private void key(String key, int type) {
        put(keys, key);
        keys.writeBytes(little(Integer.BYTES).putInt(type).array());
        keyCount++;
    }

    /** Adds a tensor of a shape, outermost size first, whose bytes are made when it is its turn. */
    public GgufWriter add(String name, DType dtype, long[] shape, Body body) {
        long elements = 1;
        for (long size : shape) {
            elements = Math.multiplyExact(elements, size);
        }
        if (!names.add(name)) {
            throw new IllegalArgumentException("the tensor name " + Shown.quoted(name) + " is taken");
        }
        entries.add(new Entry(name, dtype, shape.clone(), dtype.bytes(elements), body));
        return this;
    }

    /** Bytes of the file. */
    public long size() {
        long size = header().length;
        for (Entry entry : entries) {
            size += aligned(entry.bytes());
        }
        return size;
    }

    /** Writes the file; {@link io.mural.tensor.InputException} when the place is not writable or has too little space. */
    public void write(Path file) {
        WholeFile.checkSpace(file, size());
        WholeFile.write(file, channel -> {
            Sink sink = new Sink(channel);
            byte[] header = header();
            sink.put(header, 0, header.length);
            byte[] padding = new byte[GgufHeader.DEFAULT_ALIGNMENT];
            for (Entry entry : entries) {
                long before = sink.written;
                entry.body().writeTo(sink);
                if (sink.written - before != entry.bytes()) {
                    throw new IllegalStateException(entry.name() + ": " + entry.dtype() + " "
                            + Shown.shape(entry.shape()) + " takes " + entry.bytes() + " bytes, written are "
                            + (sink.written - before));
                }
                sink.put(padding, 0, (int) (aligned(sink.written) - sink.written));
            }
            sink.flush();
        });
    }

    private byte[] header() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(little(24)
                .putInt(GgufHeader.MAGIC)
                .putInt(VERSION)
                .putLong(entries.size())
                .putLong(keyCount)
                .array());
        out.writeBytes(keys.toByteArray());
        long offset = 0;
        for (Entry entry : entries) {
            put(out, entry.name());
            int rank = entry.shape().length;
            ByteBuffer info = little(16 + Long.BYTES * rank).putInt(rank);
            for (int i = rank - 1; i >= 0; i--) {
                info.putLong(entry.shape()[i]);
            }
            out.writeBytes(
                    info.putInt(GgufTypes.number(entry.dtype())).putLong(offset).array());
            offset += aligned(entry.bytes());
        }
        out.writeBytes(new byte[(int) (aligned(out.size()) - out.size())]);
        return out.toByteArray();
    }

    private static void put(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(little(Long.BYTES).putLong(bytes.length).array());
        out.writeBytes(bytes);
    }

    private static long aligned(long position) {
        return GgufHeader.aligned(position, GgufHeader.DEFAULT_ALIGNMENT);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
