package io.mural.weights.file;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Matrix;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Files of weights mapped into memory: a safetensors or GGUF file, or the safetensors shards that an index names. It owns the mappings and the small
 * copies made of them; every segment, matrix and tensor taken from it is valid until it is closed.
 */
public final class Checkpoint implements AutoCloseable {
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Places of a tensor that a fingerprint looks at, evenly from the first bytes to the last. */
    private static final int SAMPLES = 9;

    private static final long SAMPLE_BYTES = 64;

    private final Arena arena = Arena.ofShared();
    private final Path path;
    private final Map<Path, MemorySegment> files = new LinkedHashMap<>();
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, OtherTensor> others = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private Checkpoint(Path path) {
        this.path = path;
    }

    /**
     * Opens a safetensors or GGUF file, a shard index, or a folder with one of them. {@link InputException} names the file and,
     * where there is one, the tensor.
     */
    public static Checkpoint open(Path path) {
        return open(path, Optional.empty());
    }

    /** As the other; of a folder the files of a variant, such as {@code fp16}, where it has that. */
    static Checkpoint open(Path path, Optional<String> variant) {
        if (!Files.exists(path)) {
            throw new InputException(path + ": no such file or folder");
        }
        Path file = Files.isDirectory(path) ? WeightFiles.in(path, variant) : path;
        Checkpoint checkpoint = new Checkpoint(file);
        try {
            if (WeightFiles.isIndex(file)) {
                checkpoint.mapShards(ShardIndex.read(file));
            } else {
                checkpoint.tensors.putAll(checkpoint.map(file));
            }
            return checkpoint;
        } catch (RuntimeException | Error e) {
            checkpoint.close();
            throw e;
        }
    }

    /** The file or index it was opened from, as errors name it. */
    public String source() {
        return path.toString();
    }

    /** All tensors by their names in the file. */
    public Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** Tensors of types that nothing here computes with, by their names in the file. */
    public Map<String, OtherTensor> others() {
        return Collections.unmodifiableMap(others);
    }

    /** The free texts of the header, of GGUF its single values too; of several shards, all of theirs. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** Bytes of all tensors together. */
    public long bytes() {
        return tensors.values().stream().mapToLong(TensorInfo::bytes).sum();
    }

    /** Where the tensor stands; {@link InputException} when there is none of that name. */
    public TensorInfo info(String name) {
        TensorInfo info = tensors.get(name);
        if (info == null) {
            throw new InputException(source() + ": the tensor " + Shown.quoted(name) + " is missing");
        }
        return info;
    }

    /** The tensor's bytes in the mapped file, read-only. */
    public MemorySegment segment(String name) {
        TensorInfo info = info(name);
        return files.get(info.file()).asSlice(info.offset(), info.bytes());
    }

    /** All elements of a floating-point tensor, widened to float32, on the heap. */
    public float[] floats(String name) {
        TensorInfo info = info(name);
        if (!info.dtype().isFloat()) {
            throw new InputException(
                    info.file() + ": " + Shown.quoted(name) + " is " + info.dtype() + ", expected floating point");
        }
        float[] values = new float[count(info)];
        if (values.length > 0) {
            Matrix row = Matrix.of(name, info.dtype(), 1, values.length, segment(name), 1);
            for (int i = 0; i < values.length; i++) {
                values[i] = row.get(0, i);
            }
        }
        return values;
    }

    /** All elements of a floating-point tensor as float64, on the heap: those of F64 as they are, others widened. */
    public double[] doubles(String name) {
        TensorInfo info = info(name);
        if (info.dtype() == DType.F64) {
            double[] values = new double[count(info)];
            MemorySegment.copy(segment(name), Matrix.F64_LAYOUT, 0, values, 0, values.length);
            return values;
        }
        float[] floats = floats(name);
        double[] values = new double[floats.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats[i];
        }
        return values;
    }

    /** All elements of an integer or boolean tensor, on the heap. */
    public long[] longs(String name) {
        TensorInfo info = info(name);
        MemorySegment data = segment(name);
        long[] values = new long[count(info)];
        for (int i = 0; i < values.length; i++) {
            values[i] = integer(info, data, i);
        }
        return values;
    }

    /**
     * What tells these weights from others: SHA-256 over every tensor's name, type, shape and some of its bytes, the first
     * and the last among them. Reading all would take as long as the work that it saves.
     */
    public String fingerprint() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            new TreeMap<>(tensors).forEach((name, info) -> {
                digest.update((name + " " + info.dtype() + " " + info.shape() + "\n").getBytes(StandardCharsets.UTF_8));
                MemorySegment data = segment(name);
                long last = Math.max(0, data.byteSize() - SAMPLE_BYTES);
                for (int i = 0; i < SAMPLES; i++) {
                    long from = last / (SAMPLES - 1) * i + (i == SAMPLES - 1 ? last % (SAMPLES - 1) : 0);
                    digest.update(data.asSlice(from, Math.min(SAMPLE_BYTES, data.byteSize() - from))
                            .toArray(ValueLayout.JAVA_BYTE));
                }
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Memory of its own, released with the checkpoint. */
    public MemorySegment allocate(long bytes) {
        return arena.allocate(bytes, 64);
    }

    @Override
    public void close() {
        arena.close();
    }

    private static int count(TensorInfo info) {
        if (info.size() > Integer.MAX_VALUE - 8) {
            throw new InputException(info.file() + ": " + Shown.quoted(info.name()) + " is " + info.shape()
                    + ", too large to be read as a whole");
        }
        return (int) info.size();
    }

    private static long integer(TensorInfo info, MemorySegment data, long index) {
        return switch (info.dtype()) {
            case I64 -> data.getAtIndex(I64, index);
            case I32 -> data.getAtIndex(I32, index);
            case I16 -> data.getAtIndex(I16, index);
            case I8 -> data.get(ValueLayout.JAVA_BYTE, index);
            case U8, BOOL -> data.get(ValueLayout.JAVA_BYTE, index) & 0xff;
            default ->
                throw new InputException(info.file() + ": " + Shown.quoted(info.name()) + " is " + info.dtype()
                        + ", expected whole numbers");
        };
    }

    private void mapShards(ShardIndex index) {
        Map<Path, Map<String, TensorInfo>> headers = new LinkedHashMap<>();
        index.shards().forEach((tensor, shard) -> {
            TensorInfo info = headers.computeIfAbsent(shard, this::map).get(tensor);
            if (info == null && others.containsKey(tensor)) {
                return;
            }
            if (info == null) {
                throw new InputException(index.file() + ": the tensor " + Shown.quoted(tensor)
                        + " should be in the shard " + shard.getFileName() + ", which does not hold it");
            }
            tensors.put(tensor, info);
        });
    }

    private Map<String, TensorInfo> map(Path file) {
        try (FileChannel channel = OtherFormats.open(file)) {
            Map<String, TensorInfo> found;
            if (GgufHeader.isOne(channel)) {
                GgufHeader header = GgufHeader.read(file, channel);
                found = header.tensors();
                metadata.putAll(header.metadata());
            } else {
                SafetensorsHeader header = SafetensorsHeader.read(file, channel);
                found = header.tensors();
                others.putAll(header.others());
                metadata.putAll(header.metadata());
            }
            files.put(file, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            return found;
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + Shown.reason(e), e);
        }
    }
}
