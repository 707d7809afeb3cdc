package io.mural.weights.file;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: eight bytes of length, little-endian, then JSON that gives each tensor's dtype, shape
 * and byte range, then the data (format: huggingface/safetensors, README). Checked in full before any data is touched:
 * the ranges cover the data exactly, without holes or overlaps, and each agrees with its shape and dtype.
 *
 * @param tensors in file order of the header
 * @param others tensors of types that nothing here computes with
 * @param metadata the free texts under {@code __metadata__}
 * @param dataStart first byte of the data in the file
 */
public record SafetensorsHeader(
        Path file,
        Map<String, TensorInfo> tensors,
        Map<String, OtherTensor> others,
        Map<String, String> metadata,
        long dataStart) {
    static final long MAX_HEADER = 100_000_000;
    private static final String AGAIN = "; download it again";

    public SafetensorsHeader {
        tensors = Collections.unmodifiableMap(tensors);
        others = Collections.unmodifiableMap(others);
        metadata = Collections.unmodifiableMap(metadata);
    }

    /** Reads and checks the header; {@link InputException} names the file, the tensor and what is wrong. */
    public static SafetensorsHeader read(Path file) {
        try (FileChannel channel = OtherFormats.open(file)) {
            return read(file, channel);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + Shown.reason(e), e);
        }
    }

    static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        ByteBuffer start = bytes(channel, 0, (int) Math.min(size, OtherFormats.MAGIC_BYTES));
        OtherFormats.refuseContent(file, start);
        if (size < 8) {
            String what = size == 0 ? "is empty" : "has " + size + " bytes, too few for a safetensors file";
            throw new InputException(file + ": " + what + AGAIN);
        }
        long length = start.getLong(0);
        if (length < 0 || length > MAX_HEADER) {
            throw new InputException(file + ": its first eight bytes give a header of " + Long.toUnsignedString(length)
                    + " bytes, the most is " + MAX_HEADER + ": not a safetensors file");
        }
        if (length > size - 8) {
            throw new InputException(file + ": the header should have " + length + " bytes but only " + (size - 8)
                    + " follow: the file is truncated" + AGAIN);
        }
        String json = text(file, bytes(channel, 8, (int) length));
        if (!json.startsWith("{")) {
            throw new InputException(file + ": the header does not begin with {: not a safetensors file");
        }
        long dataStart = 8 + length;
        var entries = HeaderEntries.parse(file, json);
        var tensors = entries.tensors(file, dataStart, size - dataStart);
        var others = entries.others(file, dataStart, size - dataStart);
        List<Range> ranges = new ArrayList<>();
        tensors.forEach((name, tensor) -> ranges.add(new Range(name, tensor.offset(), tensor.bytes())));
        others.forEach((name, tensor) -> ranges.add(new Range(name, tensor.offset(), tensor.bytes())));
        checkCoverage(file, ranges, dataStart, size);
        return new SafetensorsHeader(file, tensors, others, entries.metadata(), dataStart);
    }

    private record Range(String name, long offset, long bytes) {}

    /** Sorted by position, each tensor must begin where the one before ends, and the last end with the file. */
    private static void checkCoverage(Path file, List<Range> ranges, long dataStart, long size) {
        ranges.sort(Comparator.comparingLong(Range::offset).thenComparingLong(Range::bytes));
        long covered = dataStart;
        Range before = null;
        for (Range tensor : ranges) {
            if (tensor.offset() < covered) {
                throw new InputException(file + ": the tensors " + Shown.quoted(before.name()) + " and "
                        + Shown.quoted(tensor.name()) + " overlap in the file: its header is wrong" + AGAIN);
            }
            if (tensor.offset() > covered) {
                throw new InputException(file + ": " + (tensor.offset() - covered) + " bytes before tensor "
                        + Shown.quoted(tensor.name()) + " belong to no tensor: its header is wrong" + AGAIN);
            }
            covered = tensor.offset() + tensor.bytes();
            before = tensor;
        }
        if (covered != size) {
            throw new InputException(file + ": " + (size - covered)
                    + " bytes after the last tensor belong to no tensor: the file is damaged" + AGAIN);
        }
    }

    private static ByteBuffer bytes(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        return bytes.flip();
    }

    /** Decoded here, strictly, because a JSON parser given bytes would also take UTF-16 and UTF-32. */
    private static String text(Path file, ByteBuffer bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new InputException(file + ": the header is not valid UTF-8: not a safetensors file", e);
        }
    }
}
