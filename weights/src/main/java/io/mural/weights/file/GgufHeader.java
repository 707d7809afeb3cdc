package io.mural.weights.file;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The header of a GGUF file, version 2 or 3 (format: ggml-org/ggml, docs/gguf.md): magic, version, counts, keyed values,
 * and for each tensor name, sizes, type and offset; the data follows at the next multiple of the alignment. Checked in
 * full before any data is touched: ranges lie one behind the other, apart by padding alone, inside the file.
 *
 * @param tensors in file order, sizes outermost first (GGUF has the innermost first); a tensor that was reshaped for
 *     its blocks has the sizes its key {@code comfy.gguf.orig_shape} gives, where its rows are whole blocks still
 * @param metadata the texts and single values of the header; lists and long texts are left out
 * @param dataStart first byte of the data in the file
 */
public record GgufHeader(Path file, Map<String, TensorInfo> tensors, Map<String, String> metadata, long dataStart) {
    public static final String ARCHITECTURE = "general.architecture";
    static final int MAGIC = 0x46554747;
    static final int DEFAULT_ALIGNMENT = 32;
    static final String ALIGNMENT = "general.alignment";
    private static final String SHAPE = "comfy.gguf.orig_shape.";
    private static final long MOST = 100_000;
    private static final int LONGEST_NAME = 1024;
    private static final int LONGEST_TEXT = 1 << 16;
    private static final int MOST_SIZES = 4;

    public GgufHeader {
        tensors = Collections.unmodifiableMap(tensors);
        metadata = Collections.unmodifiableMap(metadata);
    }

    /** Whether the file begins like one of this format. */
    static boolean isOne(FileChannel channel) throws IOException {
        ByteBuffer magic = ByteBuffer.allocate(4);
        return channel.read(magic, 0) == 4
                && StandardCharsets.ISO_8859_1.decode(magic.flip()).toString().equals("GGUF");
    }

    /** Reads and checks the header; {@link InputException} names the file, the tensor and what is wrong. */
    static GgufHeader read(Path file, FileChannel channel) throws IOException {
        GgufInput in = new GgufInput(file, channel);
        if (in.u32("its first bytes") != MAGIC) {
            throw in.error("does not begin with GGUF: not a GGUF file");
        }
        long version = in.u32("its version");
        if (version != 2 && version != 3) {
            boolean swapped = Integer.reverseBytes((int) version) <= 3 && version > 0xffff;
            throw in.error(
                    swapped
                            ? "is a GGUF file for big-endian machines; use the little-endian one"
                            : "is a GGUF file of version " + version + "; versions 2 and 3 are read");
        }
        long tensorCount = in.count("the number of tensors", 24, MOST);
        long keyCount = in.count("the number of keys", 13, MOST);
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        keys(in, keyCount, metadata, shapes);
        refusePieces(in, metadata);
        int alignment = alignment(in, metadata);
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < tensorCount; i++) {
            Entry entry = entry(in);
            if (entries.put(entry.name(), entry) != null) {
                throw in.error("two tensors have the name " + Shown.quoted(entry.name()));
            }
        }
        long start = aligned(in.position(), alignment);
        Map<String, TensorInfo> tensors = LinkedHashMap.newLinkedHashMap(entries.size());
        checkPlaces(in, entries.values(), alignment, channel.size() - start);
        entries.forEach((name, entry) -> tensors.put(
                name,
                new TensorInfo(name, entry.dtype(), entry.shape(shapes), file, start + entry.offset(), entry.bytes())));
        return new GgufHeader(file, tensors, metadata, start);
    }

    /** One tensor as written; the offset counts from the start of the data. */
    private record Entry(String name, DType dtype, List<Long> sizes, long offset, long bytes) {
        /** The shape it was made of, where the file tells that and its rows are whole blocks. */
        private List<Long> shape(Map<String, List<Long>> shapes) {
            List<Long> original = shapes.getOrDefault(name, sizes);
            boolean same = product(original) == product(sizes);
            boolean whole = !original.isEmpty() && original.getLast() % dtype.blockSize() == 0;
            return same && (whole || !dtype.isBlocked()) ? original : sizes;
        }

        private static long product(List<Long> sizes) {
            try {
                return sizes.stream().reduce(1L, Math::multiplyExact);
            } catch (ArithmeticException e) {
                // no tensor of the file has so many elements
                return -1;
            }
        }
    }

    private static void keys(GgufInput in, long count, Map<String, String> metadata, Map<String, List<Long>> shapes)
            throws IOException {
        Set<String> seen = new HashSet<>();
        for (long i = 0; i < count; i++) {
            String key = in.text("the name of a key", LONGEST_NAME);
            String what = "the key " + Shown.quoted(key);
            if (!seen.add(key)) {
                throw in.error(what + " stands there twice");
            }
            long type = in.u32("the type of " + what);
            if (type == GgufScalar.LIST) {
                list(in, key, what, shapes);
            } else if (type == GgufScalar.TEXT) {
                in.textUpTo(LONGEST_TEXT, what).ifPresent(text -> metadata.put(key, text));
            } else {
                metadata.put(key, in.scalar(scalar(in, what, type), what));
            }
        }
    }

    private static GgufScalar scalar(GgufInput in, String what, long type) {
        return GgufScalar.of(type).orElseThrow(() -> in.error(what + " has values of the unknown type " + type));
    }

    private static void list(GgufInput in, String key, String what, Map<String, List<Long>> shapes) throws IOException {
        long type = in.u32("the type of " + what);
        if (type == GgufScalar.TEXT) {
            long count = in.count("the length of " + what, 8, Long.MAX_VALUE);
            for (long i = 0; i < count; i++) {
                in.skip(in.u64("the length of a text of " + what), what);
            }
            return;
        }
        GgufScalar scalar = scalar(in, what, type);
        long count = in.count("the length of " + what, scalar.bytes(), Long.MAX_VALUE);
        if (!key.startsWith(SHAPE) || scalar != GgufScalar.I32 || count > 2 * MOST_SIZES) {
            in.skip(count * scalar.bytes(), what);
            return;
        }
        List<Long> sizes = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            sizes.add(Long.parseLong(in.scalar(scalar, what)));
        }
        if (sizes.stream().allMatch(size -> size > 0)) {
            shapes.put(key.substring(SHAPE.length()), sizes);
        }
    }

    private static void refusePieces(GgufInput in, Map<String, String> metadata) {
        String pieces = metadata.getOrDefault("split.count", "1");
        if (!pieces.equals("0") && !pieces.equals("1")) {
            throw in.error("is one of " + Shown.text(pieces)
                    + " pieces of a GGUF file; put them together with \"gguf-split --merge\"");
        }
    }

    private static int alignment(GgufInput in, Map<String, String> metadata) {
        String text = metadata.getOrDefault(ALIGNMENT, Integer.toString(DEFAULT_ALIGNMENT));
        for (int alignment = 1; alignment <= 1 << 20; alignment *= 2) {
            if (text.equals(Integer.toString(alignment))) {
                return alignment;
            }
        }
        throw in.error(ALIGNMENT + " is " + Shown.text(text) + ", expected a power of two up to " + (1 << 20));
    }

    static long aligned(long position, int alignment) {
        return (position + alignment - 1) / alignment * alignment;
    }

    private static Entry entry(GgufInput in) throws IOException {
        String name = in.text("the name of a tensor", LONGEST_NAME);
        String what = "the tensor " + Shown.quoted(name);
        long rank = in.u32("the rank of " + what);
        if (rank > MOST_SIZES) {
            throw in.error(what + " has " + rank + " dimensions, the most is " + MOST_SIZES);
        }
        List<Long> sizes = new ArrayList<>();
        for (long i = 0; i < rank; i++) {
            sizes.addFirst(in.u64("a size of " + what));
        }
        long number = in.u32("the type of " + what);
        long offset = in.u64("the offset of " + what);
        DType dtype = GgufTypes.of(number)
                .orElseThrow(() -> in.error(what + " is " + GgufTypes.name(number)
                        + ", a format that is not read; read are " + GgufTypes.all()));
        long row = sizes.isEmpty() ? 1 : sizes.getLast();
        if (row % dtype.blockSize() != 0) {
            throw in.error(what + " is " + dtype + " " + sizes + ", but rows of " + row + " are no whole blocks of "
                    + dtype.blockSize());
        }
        try {
            long elements = sizes.stream().reduce(1L, Math::multiplyExact);
            return new Entry(name, dtype, sizes, offset, dtype.bytes(elements));
        } catch (ArithmeticException e) {
            InputException large = in.error(what + " has the shape " + sizes + ", larger than any file");
            large.initCause(e);
            throw large;
        }
    }

    /** Sorted by offset, each tensor begins at the first multiple of the alignment behind the one before. */
    private static void checkPlaces(GgufInput in, Collection<Entry> entries, int alignment, long dataBytes) {
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::bytes));
        long covered = 0;
        for (Entry entry : sorted) {
            String what = "the tensor " + Shown.quoted(entry.name());
            if (entry.offset() != aligned(covered, alignment)) {
                throw in.error(what + " begins at byte " + entry.offset() + " of the data, expected "
                        + aligned(covered, alignment) + ": its header is wrong; download it again");
            }
            if (entry.bytes() > dataBytes - entry.offset()) {
                throw in.error(what + " takes " + entry.bytes() + " bytes from byte " + entry.offset()
                        + " of the data on, but the file holds " + Math.max(dataBytes, 0) + ": "
                        + GgufInput.truncated());
            }
            covered = entry.offset() + entry.bytes();
        }
        if (dataBytes - covered >= alignment) {
            throw in.error((dataBytes - covered)
                    + " bytes after the last tensor belong to no tensor: the file is damaged;" + " download it again");
        }
    }
}
