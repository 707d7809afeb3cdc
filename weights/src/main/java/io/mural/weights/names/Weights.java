package io.mural.weights.names;

import io.mural.tensor.Conv;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Linear;
import io.mural.tensor.LowRank;
import io.mural.tensor.Matrix;
import io.mural.tensor.Shape;
import io.mural.tensor.Tensor;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.TensorInfo;
import io.mural.weights.text.Shown;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tensors of one component by name, checked against the shapes the model expects. Matrices are views of the mapped
 * file in its own format; vectors are float32 copies. All of it is valid until the {@link Checkpoint} is closed. Errors
 * name the file, the tensor, the shape found and the shape expected.
 */
public final class Weights {
    private final Catalog catalog;
    private final String prefix;
    private final Adaptation adaptation;
    /** Values in the place of the file's, by whole name. */
    private final Map<String, Tensor> replaced;

    private final Set<String> asked;

    Weights(Catalog catalog) {
        this(catalog, "", Adaptation.NONE, Map.of(), ConcurrentHashMap.newKeySet());
    }

    private Weights(
            Catalog catalog, String prefix, Adaptation adaptation, Map<String, Tensor> replaced, Set<String> asked) {
        this.catalog = catalog;
        this.prefix = prefix;
        this.adaptation = adaptation;
        this.replaced = replaced;
        this.asked = asked;
    }

    /** All tensors under the names of the file, whatever they are. {@link KeyStyles} gives a model's component. */
    public static Weights of(Checkpoint checkpoint) {
        return new Weights(Catalog.plain(checkpoint));
    }

    Catalog catalog() {
        return catalog;
    }

    /** The file or index they come from. */
    public String source() {
        return catalog.source();
    }

    /** The tensors whose names begin with {@code part} and a dot, asked for without it. */
    public Weights under(String part) {
        return new Weights(catalog, prefix + part + ".", adaptation, replaced, asked);
    }

    public boolean has(String name) {
        return catalog.tensors().containsKey(prefix + name);
    }

    /** The shape of a tensor of rank 1 or more. */
    public Shape shape(String name) {
        find(name);
        List<Long> shape = catalog.shape(prefix + name);
        if (shape.isEmpty() || shape.stream().anyMatch(size -> size < 1 || size > Integer.MAX_VALUE)) {
            throw new InputException(place(name) + " is " + shape + ", which is no shape for weights");
        }
        return Shape.of(shape.stream().mapToInt(Long::intValue).toArray());
    }

    /** The floating-point type that most of the bytes are stored in. */
    public DType dtype() {
        Map<DType, Long> bytes = new EnumMap<>(DType.class);
        for (Catalog.Slice slice : slices().values()) {
            if (slice.dtype().isFloat()) {
                bytes.merge(slice.dtype(), slice.bytes(), Long::sum);
            }
        }
        return bytes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElseThrow(() -> new InputException(source() + ": holds no floating-point tensors"));
    }

    /** What tells the files from others, as {@link Checkpoint#fingerprint}. */
    public String fingerprint() {
        return catalog.checkpoint().fingerprint();
    }

    /** Bytes of all tensors here, as stored. */
    public long bytes() {
        return slices().values().stream().mapToLong(Catalog.Slice::bytes).sum();
    }

    /** Where the tensors stand in mapped memory. */
    public List<MemorySegment> places() {
        return slices().values().stream()
                .map(slice -> catalog.checkpoint().segment(slice.stored().name()))
                .toList();
    }

    /**
     * How many blocks {@code name.0}, {@code name.1}, ... there are; {@link InputException} when one is left out.
     */
    public int blocks(String name) {
        String start = prefix + name + ".";
        TreeSet<Integer> numbers = new TreeSet<>();
        for (String tensor : catalog.tensors().tailMap(start, true).keySet()) {
            if (!tensor.startsWith(start)) {
                break;
            }
            int end = tensor.indexOf('.', start.length());
            String number = tensor.substring(start.length(), end < 0 ? tensor.length() : end);
            if (number.matches("\\d{1,6}")) {
                numbers.add(Integer.parseInt(number));
            }
        }
        for (int i = 0; i < numbers.size(); i++) {
            if (!numbers.contains(i)) {
                throw new InputException(source() + ": the block " + start + i
                        + " is missing, but there is one numbered " + numbers.last() + "; the file is incomplete");
            }
        }
        return numbers.size();
    }

    /** The weight matrix [rows, cols]; a 1x1 convolution [rows, cols, 1, 1] is one too. */
    public Matrix matrix(String name, int rows, int cols) {
        if (!adaptation.adapters(module(name)).isEmpty()) {
            throw new InputException("a LoRA adapts " + module(name) + ", which is no linear layer; leave it out");
        }
        return adaptation.merge(module(name), base(name, rows, cols));
    }

    /** The names of all tensors here. */
    public Set<String> names() {
        return slices().keySet();
    }

    /** A vector as a matrix [1, n] in its file's format. */
    public Matrix row(String name) {
        Catalog.Slice slice = floats(name);
        int n = shape(name).dim(0);
        return Matrix.of(prefix + name, slice.dtype(), 1, n, data(slice), 1);
    }

    /** All elements of a floating-point tensor as they stand in the file, widened to float32. */
    public float[] values(String name) {
        Catalog.Slice slice = floats(name);
        int count = Math.toIntExact(slice.shape().stream().reduce(1L, Math::multiplyExact));
        Matrix all = Matrix.of(prefix + name, slice.dtype(), 1, count, data(slice), scale(name, slice));
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = all.get(0, i);
        }
        return values;
    }

    /** A float32 copy of a vector [n]. */
    public Tensor vector(String name, int n) {
        Catalog.Slice slice = floats(name);
        if (!slice.shape().equals(List.of((long) n))) {
            throw mismatch(name, slice, Shape.of(n));
        }
        Tensor other = replaced.get(prefix + name);
        if (other != null) {
            return other.reshape(n);
        }
        return copied(name, slice, Shape.of(n));
    }

    /** A float32 copy of a small tensor that may be stored with further sizes of 1. */
    public Tensor table(String name, int... dims) {
        Catalog.Slice slice = floats(name);
        List<Long> sizes = slice.shape().stream().filter(size -> size != 1).toList();
        List<Long> wanted = Arrays.stream(dims)
                .filter(size -> size != 1)
                .mapToObj(Long::valueOf)
                .toList();
        if (!sizes.equals(wanted)) {
            throw mismatch(name, slice, Shape.of(dims));
        }
        return copied(name, slice, Shape.of(dims));
    }

    private Tensor copied(String name, Catalog.Slice slice, Shape shape) {
        int n = Math.toIntExact(shape.size());
        Matrix row = Matrix.of(prefix + name, slice.dtype(), 1, n, data(slice), 1);
        Tensor copy = Tensor.of(catalog.checkpoint().allocate((long) n * Float.BYTES), shape);
        for (int i = 0; i < n; i++) {
            float value = row.get(0, i);
            if (!Float.isFinite(value)) {
                throw new InputException(place(name) + " holds " + value + " at " + i
                        + ", which is no number; the file is damaged, mural inspect `check` tells how much of it");
            }
            copy.set(i / shape.cols(), i % shape.cols(), value);
        }
        return copy;
    }

    /** The layer of {@code part.weight} [out, in] and {@code part.bias} [out], with what LoRAs add. */
    public Linear linear(String part, int in, int out) {
        Tensor bias = vector(part + ".bias", out);
        adaptation.addToBias(prefix + part, bias);
        return linear(part, in, out, Optional.of(bias));
    }

    /**
     * A convolution whose patches do not overlap, as a linear layer of a patch's values: {@code part.weight}
     * [out, in, ...sizes of a patch] and {@code part.bias} [out].
     *
     * @param in values of a patch, of all channels
     */
    public Linear patches(String part, int in, int out) {
        String name = part + ".weight";
        Catalog.Slice slice = floats(name);
        boolean plain = slice.dtype().blockSize() == 1;
        if (!plain || slice.stored().size() != (long) in * out) {
            throw mismatch(name, slice, Shape.of(out, in));
        }
        Matrix weight = Matrix.of(prefix + name, slice.dtype(), out, in, data(slice), scale(name, slice));
        return new Linear(
                adaptation.merge(prefix + part, weight),
                Optional.of(vector(part + ".bias", out)),
                adaptation.adapters(prefix + part));
    }

    /** The layer of {@code part.weight} [out, in], with what LoRAs add. */
    public Linear linearNoBias(String part, int in, int out) {
        return linear(part, in, out, Optional.empty());
    }

    private Linear linear(String part, int in, int out, Optional<Tensor> bias) {
        Matrix weight = adaptation.merge(prefix + part, base(part + ".weight", out, in));
        List<LowRank> adapters = adaptation.adapters(prefix + part);
        return new Linear(weight, bias, adapters);
    }

    /** The convolution of {@code part.weight} [out, in, kernel, kernel] and {@code part.bias} [out]. */
    public Conv conv(String part, int in, int out, int kernel) {
        String name = part + ".weight";
        Catalog.Slice slice = floats(name);
        if (!slice.shape().equals(List.of((long) out, (long) in, (long) kernel, (long) kernel))) {
            throw mismatch(name, slice, Shape.of(out, in, kernel, kernel));
        }
        int cols = Math.multiplyExact(in, kernel * kernel);
        Matrix weight = stored(name, slice, out, cols);
        return new Conv(weight, Optional.of(vector(part + ".bias", out)), in, kernel);
    }

    /**
     * The frames of a convolution over time, {@code part.weight} [out, in, frames, kernel, kernel], each by itself, the
     * earliest first; {@code part.bias} [out] stands at the last.
     */
    public List<Conv> frames(String part, int in, int out, int frames, int kernel) {
        String name = part + ".weight";
        Catalog.Slice slice = floats(name);
        List<Long> wanted = List.of((long) out, (long) in, (long) frames, (long) kernel, (long) kernel);
        if (!slice.shape().equals(wanted) || slice.dtype().blockSize() != 1) {
            throw mismatch(name, slice, Shape.of(out, in, frames, kernel, kernel));
        }
        int cols = Math.multiplyExact(in, kernel * kernel);
        Tensor bias = vector(part + ".bias", out);
        List<Conv> convs = new ArrayList<>();
        for (int frame = 0; frame < frames; frame++) {
            MemorySegment data = frames == 1 ? data(slice) : frame(slice, frame, frames, kernel * kernel);
            Matrix weight = Matrix.of(prefix + name, slice.dtype(), out, cols, data, scale(name, slice));
            convs.add(new Conv(weight, frame == frames - 1 ? Optional.of(bias) : Optional.empty(), in, kernel));
        }
        return convs;
    }

    /** A copy of every {@code frames}-th run of {@code area} elements, from the one numbered {@code frame} on. */
    private MemorySegment frame(Catalog.Slice slice, int frame, int frames, int area) {
        MemorySegment all = data(slice);
        long run = slice.dtype().bytes(area);
        MemorySegment copy = catalog.checkpoint().allocate(all.byteSize() / frames);
        for (long i = 0; i * run < copy.byteSize(); i++) {
            MemorySegment.copy(all, (i * frames + frame) * run, copy, i * run, run);
        }
        return copy;
    }

    /**
     * These weights with a LoRA's low-rank matrices beside the linear layers, applied at each use: no memory is taken,
     * and {@code this} stays as it was. The LoRA must stay open as long.
     */
    public Weights with(Lora lora, double strength) {
        LoraMatch match = lora.match(catalog);
        return new Weights(catalog, prefix, adaptation.with(match, strength), normed(match), asked);
    }

    /**
     * These weights with a LoRA added into float32 copies of the matrices it changes. The copies take four bytes an
     * element and are valid until the LoRA is closed.
     */
    public Weights merged(Lora lora, double strength) {
        LoraMatch match = lora.match(catalog);
        return new Weights(catalog, prefix, adaptation.merged(match, strength), normed(match), asked);
    }

    /** Norms that a LoRA brings take the place of the model's, whatever its strength. */
    private Map<String, Tensor> normed(LoraMatch match) {
        Map<String, Tensor> all = new LinkedHashMap<>(replaced);
        match.norms().forEach((name, values) -> {
            Tensor norm =
                    Tensor.of(match.lora().allocate((long) values.length * Float.BYTES), Shape.of(1, values.length));
            for (int i = 0; i < values.length; i++) {
                norm.set(0, i, values[i]);
            }
            all.put(name, norm);
        });
        return all;
    }

    /**
     * These weights with low-rank matrices of the caller's own beside the linear layers, by the names of the layers here: what
     * training changes. They are read at each use and must live as long.
     */
    public Weights with(Map<String, LowRank> lowRanks) {
        Map<String, LowRank> whole = new LinkedHashMap<>();
        lowRanks.forEach((layer, lowRank) -> {
            if (!has(layer + ".weight")) {
                throw new InputException(source() + ": there is no layer " + Shown.text(prefix + layer)
                        + " to put low-rank matrices beside");
            }
            whole.put(prefix + layer, lowRank);
        });
        return new Weights(catalog, prefix, adaptation.with(whole), replaced, asked);
    }

    /**
     * These weights with a layer that takes more inputs, from which it makes nothing: LoRAs may. Its matrix is copied to
     * float32.
     *
     * @param in all inputs, at least as many as the layer has
     */
    public Weights widened(String layer, int in) {
        String name = layer + ".weight";
        Shape before = shape(name);
        int rows = before.dim(0);
        Matrix matrix = base(name, rows, before.dim(1));
        Tensor copy = Tensor.of(catalog.checkpoint().allocate((long) rows * in * Float.BYTES), Shape.of(rows, in));
        for (int row = 0; row < rows; row++) {
            for (int col = 0; col < matrix.cols(); col++) {
                copy.set(row, col, matrix.get(row, col));
            }
        }
        Map<String, Tensor> all = new LinkedHashMap<>(replaced);
        all.put(prefix + name, copy);
        return new Weights(catalog.wider(prefix + name, in), prefix, adaptation, all, asked);
    }

    /**
     * These weights with the caller's values in the place of the file's, by the names of tensors here. What the model reads is
     * the caller's memory itself, so that it sees later changes.
     *
     * @param values contiguous, as many as the file has; they must live as long
     */
    public Weights replacing(Map<String, Tensor> values) {
        Map<String, Tensor> all = new LinkedHashMap<>(replaced);
        values.forEach((name, value) -> {
            Catalog.Slice slice = floats(name);
            long size = slice.shape().stream().reduce(1L, Math::multiplyExact);
            if (value.shape().size() != size || !value.contiguous()) {
                throw new InputException(
                        place(name) + " is " + slice.shape() + "; " + value.shape() + " values cannot take its place");
            }
            all.put(prefix + name, value);
        });
        return new Weights(catalog, prefix, adaptation, all, asked);
    }

    /** Names of tensors, in the spelling of the file, that nothing has asked for; the marks of scaled fp8 files apart. */
    public List<String> unused() {
        Set<String> unused = new LinkedHashSet<>();
        slices().forEach((name, slice) -> {
            String end = name.substring(name.lastIndexOf('.') + 1);
            if (!asked.contains(name) && !Fp8Scale.MARKS.contains(end)) {
                unused.add(slice.stored().name());
            }
        });
        return List.copyOf(unused);
    }

    private Matrix base(String name, int rows, int cols) {
        Catalog.Slice slice = floats(name);
        List<Long> wanted = List.of((long) rows, (long) cols);
        List<Long> wantedConv = List.of((long) rows, (long) cols, 1L, 1L);
        List<Long> shape = catalog.shape(prefix + name);
        if (!shape.equals(wanted) && !shape.equals(wantedConv)) {
            throw mismatch(name, slice, Shape.of(rows, cols));
        }
        return stored(name, slice, rows, cols);
    }

    private Matrix stored(String name, Catalog.Slice slice, int rows, int cols) {
        Tensor other = replaced.get(prefix + name);
        return other == null
                ? Matrix.of(prefix + name, slice.dtype(), rows, cols, data(slice), scale(name, slice))
                : Matrix.F32.of(prefix + name, rows, cols, other);
    }

    private float scale(String name, Catalog.Slice slice) {
        return Fp8Scale.of(catalog, module(name), slice);
    }

    private String module(String name) {
        String full = prefix + name;
        return full.endsWith(".weight") ? full.substring(0, full.length() - ".weight".length()) : full;
    }

    private Map<String, Catalog.Slice> slices() {
        return prefix.isEmpty()
                ? catalog.tensors()
                : catalog.tensors().subMap(prefix, true, prefix + Character.MAX_VALUE, false);
    }

    /** The tensor of a model's weights. The type goes first: packed integers have other shapes too. */
    private Catalog.Slice floats(String name) {
        Catalog.Slice slice = find(name);
        if (!slice.dtype().isFloat()) {
            throw new InputException(place(name) + " is " + slice.dtype() + ", expected floating-point weights");
        }
        return slice;
    }

    private Catalog.Slice find(String name) {
        Catalog.Slice slice = catalog.tensors().get(prefix + name);
        if (slice == null) {
            throw missing(name);
        }
        asked.add(prefix + name);
        return slice;
    }

    private InputException missing(String name) {
        var others = catalog.checkpoint().others();
        String remedy = others.isEmpty()
                ? " is missing; the file is incomplete or of another model"
                : " is missing, but the file holds tensors of types that are not supported: "
                        + Shown.few(others.values().stream()
                                .map(other -> other.name() + " (" + other.dtype() + ")")
                                .toList());
        return new InputException(source() + ": the tensor " + Shown.text(prefix + name) + remedy);
    }

    private MemorySegment data(Catalog.Slice slice) {
        MemorySegment stored = catalog.checkpoint().segment(slice.stored().name());
        long length = slice.bytes();
        MemorySegment rows = stored.asSlice(slice.from() * slice.rowBytes(), length);
        if (!slice.swapped()) {
            return rows;
        }
        MemorySegment copy = catalog.checkpoint().allocate(length);
        MemorySegment.copy(rows, length / 2, copy, 0, length / 2);
        MemorySegment.copy(rows, 0, copy, length / 2, length / 2);
        return copy;
    }

    private InputException mismatch(String name, Catalog.Slice slice, Shape expected) {
        return new InputException(place(name) + " is " + slice.shape() + ", expected " + expected
                + "; the weights do not belong to this config");
    }

    /** File and tensor, with the name in the file where it differs. */
    private String place(String name) {
        TensorInfo stored = catalog.tensors().get(prefix + name).stored();
        String full = prefix + name;
        return stored.file() + ": " + Shown.text(full)
                + (stored.name().equals(full) ? "" : " (" + Shown.text(stored.name()) + ")");
    }
}
