package io.mural.weights.file;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Reads the values of a GGUF header one after the other, each checked against the bytes that are left. */
final class GgufInput {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    /** Of the first byte behind the buffer. */
    private long next;

    GgufInput(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.size = channel.size();
    }

    long position() {
        return next - buffer.remaining();
    }

    long remaining() {
        return size - position();
    }

    long u32(String what) throws IOException {
        need(4, what);
        return Integer.toUnsignedLong(buffer.getInt());
    }

    /** An unsigned number that counts something or measures a size; none is above 2^63. */
    long u64(String what) throws IOException {
        need(8, what);
        long value = buffer.getLong();
        if (value < 0) {
            throw error(what + " is " + Long.toUnsignedString(value) + ", larger than any file");
        }
        return value;
    }

    /** How many of something follow, each of at least {@code least} bytes. */
    long count(String what, long least, long most) throws IOException {
        long count = u64(what);
        if (count > most) {
            throw error(what + " is " + count + ", the most is " + most);
        }
        if (count > remaining() / least) {
            throw error(what + " is " + count + ", but only " + remaining() + " bytes follow: " + truncated());
        }
        return count;
    }

    /** A text of at most {@code most} bytes. */
    String text(String what, int most) throws IOException {
        long length = u64("the length of " + what);
        if (length > most) {
            throw error(what + " has " + length + " bytes, the most is " + most);
        }
        return text(length, what);
    }

    /** A text; one of more than {@code most} bytes is passed over. */
    Optional<String> textUpTo(int most, String what) throws IOException {
        long length = u64("the length of " + what);
        if (length > most) {
            skip(length, what);
            return Optional.empty();
        }
        return Optional.of(text(length, what));
    }

    private String text(long length, String what) throws IOException {
        if (length > remaining()) {
            throw error(
                    what + " should have " + length + " bytes, but only " + remaining() + " follow: " + truncated());
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) length);
        while (bytes.hasRemaining()) {
            need(1, what);
            int piece = Math.min(bytes.remaining(), buffer.remaining());
            bytes.put(buffer.slice(buffer.position(), piece));
            buffer.position(buffer.position() + piece);
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            InputException invalid = error(what + " is not valid UTF-8");
            invalid.initCause(e);
            throw invalid;
        }
    }

    /** A scalar as people write it. */
    String scalar(GgufScalar type, String what) throws IOException {
        need(type.bytes(), what);
        return type.text(buffer);
    }

    void skip(long bytes, String what) throws IOException {
        if (bytes > remaining()) {
            throw error(what + " ends behind the end of the file: " + truncated());
        }
        if (bytes <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) bytes);
        } else {
            next += bytes - buffer.remaining();
            buffer.limit(0);
        }
    }

    private void need(int bytes, String what) throws IOException {
        if (buffer.remaining() >= bytes) {
            return;
        }
        if (bytes > remaining()) {
            throw error("the file ends inside " + what + ": " + truncated());
        }
        buffer.compact();
        while (buffer.position() < bytes) {
            int read = channel.read(buffer, next);
            if (read < 0) {
                throw new IOException("the file became shorter while it was read");
            }
            next += read;
        }
        buffer.flip();
    }

    InputException error(String what) {
        return new InputException(file + ": " + what);
    }

    static String truncated() {
        return "it is truncated or its header is wrong; download it again";
    }
}
