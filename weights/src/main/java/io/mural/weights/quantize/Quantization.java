package io.mural.weights.quantize;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Matrix;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.GgufHeader;
import io.mural.weights.file.GgufWriter;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.QuantizedNames;
import io.mural.weights.names.Weights;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * Rewrites a transformer or a text encoder as a GGUF file in block formats, in the layout of the FLUX files in that format:
 * vectors and tiny matrices in float32, first and last layers as they were, all other matrices in blocks. Tensors go through
 * memory by bands of rows.
 */
public final class Quantization {
    private static final int TINY = 1024;

    /** How small. */
    public enum Target {
        /** Q8_0: 8.5 bits an element. */
        Q8(7),
        /** Q4_K, 4.5 bits an element; rows that are no multiple of 256 in Q5_0, 5.5 bits. */
        Q4(14);

        private final int fileType;

        Target(int fileType) {
            this.fileType = fileType;
        }

        private DType of(long cols) {
            return switch (this) {
                case Q8 -> DType.Q8_0;
                case Q4 -> cols % DType.Q4_K.blockSize() == 0 ? DType.Q4_K : DType.Q5_0;
            };
        }
    }

    /**
     * A tensor that was written.
     *
     * @param bytes in the new file
     * @param error what rounding did to it
     */
    public record Done(String name, DType from, DType to, List<Long> shape, long bytes, QuantizationError error) {}

    private record Planned(String name, DType from, DType to, List<Long> shape, List<Matrix> parts) {}

    private final String source;
    private final QuantizedNames names;
    private final Target target;
    private final List<Planned> tensors = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private Quantization(String source, QuantizedNames names, Target target) {
        this.source = source;
        this.names = names;
        this.target = target;
    }

    /**
     * Plans to rewrite what a checkpoint holds: its transformer, or else its text encoder. The checkpoint must stay open.
     * {@link InputException} when it holds neither, or is in blocks already.
     */
    public static Quantization of(Checkpoint checkpoint, Target target) {
        Set<Part> parts = KeyStyles.parts(checkpoint).keySet();
        Part part = Optional.of(parts.stream().filter(QuantizedNames::knows).toList())
                .filter(known -> !known.isEmpty())
                .orElseThrow(() -> new InputException(
                        checkpoint.source() + ": holds neither a FLUX transformer nor a T5 or Qwen3 text encoder"
                                + KeyStyles.instead(checkpoint)))
                .getFirst();
        Quantization plan = new Quantization(checkpoint.source(), QuantizedNames.of(part), target);
        Weights weights = KeyStyles.weights(checkpoint, part);
        for (QuantizedNames.Fused tensor : plan.names.tensors(weights)) {
            plan.tensors.add(plan.planned(weights, tensor));
        }
        List<String> left = weights.unused();
        if (!left.isEmpty()) {
            plan.notes.add(left.size() + " tensors of no " + part.words() + " are left out: " + Shown.few(left));
        }
        return plan;
    }

    /** What is rewritten, in words. */
    public String what() {
        return names.part().words();
    }

    /** What the new file lacks, one line each. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** How many tensors the new file will have. */
    public int count() {
        return tensors.size();
    }

    /** Bytes of the tensors where they are now. */
    public long bytesBefore() {
        return tensors.stream()
                .flatMap(tensor -> tensor.parts().stream())
                .mapToLong(part -> part.data().byteSize())
                .sum();
    }

    /** Bytes of the new file. */
    public long bytesAfter() {
        return writer(done -> {}).size();
    }

    /**
     * Writes the file, which appears whole or not at all.
     *
     * @param done told of every tensor
     * @throws InputException when a weight is no finite number or the file cannot be written
     * @throws CancellationException when the thread is interrupted
     */
    public void write(Path file, Consumer<Done> done) {
        writer(done).write(file);
    }

    private GgufWriter writer(Consumer<Done> done) {
        GgufWriter writer = new GgufWriter()
                .text(GgufHeader.ARCHITECTURE, names.architecture())
                .number("general.quantization_version", 2)
                .number("general.file_type", target.fileType);
        for (Planned tensor : tensors) {
            long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
            writer.add(tensor.name(), tensor.to(), shape, sink -> {
                QuantizationError error = rows(tensor, sink);
                long bytes = tensor.to().bytes(tensor.shape().stream().reduce(1L, (a, b) -> a * b));
                done.accept(new Done(tensor.name(), tensor.from(), tensor.to(), tensor.shape(), bytes, error));
            });
        }
        return writer;
    }

    private Planned planned(Weights weights, QuantizedNames.Fused tensor) {
        List<Matrix> parts = new ArrayList<>();
        boolean vector = false;
        DType from = null;
        for (String name : tensor.sources()) {
            vector = weights.shape(name).rank() == 1;
            Matrix matrix = vector ? weights.row(name) : matrix(weights, name);
            if (matrix.dtype().isBlocked()) {
                throw new InputException(source + ": " + Shown.text(name) + " is " + matrix.dtype()
                        + " already; quantize from the original weights");
            }
            from = matrix.dtype();
            parts.add(matrix);
        }
        int cols = parts.getFirst().cols();
        if (!vector && parts.stream().anyMatch(part -> part.cols() != cols)) {
            throw new InputException(source + ": " + String.join(", ", tensor.sources()) + " should be side by side in "
                    + tensor.name() + ", but their rows differ in length");
        }
        if (tensor.swapped()) {
            parts = swapped(tensor, parts.getFirst(), vector);
        }
        long rows = parts.stream().mapToLong(Matrix::rows).sum();
        List<Long> shape =
                vector ? List.of(parts.stream().mapToLong(Matrix::cols).sum()) : List.of(rows, (long) cols);
        return new Planned(tensor.name(), from, format(tensor.name(), shape, from), shape, parts);
    }

    private static Matrix matrix(Weights weights, String name) {
        var shape = weights.shape(name);
        return weights.matrix(name, shape.dim(0), shape.dim(1));
    }

    /** Exchanges the halves of the rows of a matrix, or of the elements of a vector. */
    private List<Matrix> swapped(QuantizedNames.Fused tensor, Matrix matrix, boolean vector) {
        int size = vector ? matrix.cols() : matrix.rows();
        if (size % 2 != 0) {
            throw new InputException(source + ": " + tensor.sources().getFirst() + " has " + size
                    + " rows, expected two halves of equal size");
        }
        int half = size / 2;
        // a row of one element is as good as a column
        Matrix rows = vector ? Matrix.of(matrix.name(), matrix.dtype(), size, 1, matrix.data(), 1) : matrix;
        List<Matrix> halves = List.of(rows.rows(half, size), rows.rows(0, half));
        return vector
                ? halves.stream()
                        .map(part -> Matrix.of(part.name(), part.dtype(), 1, half, part.data(), 1))
                        .toList()
                : halves;
    }

    private DType format(String name, List<Long> shape, DType from) {
        long elements = shape.stream().reduce(1L, (a, b) -> a * b);
        if (shape.size() == 1 || elements <= TINY) {
            return DType.F32;
        }
        long cols = shape.getLast();
        if (names.isFirstOrLast(name) || cols % DType.Q8_0.blockSize() != 0) {
            return kept(from);
        }
        return names.isTable(name) ? DType.Q8_0 : target.of(cols);
    }

    /** GGUF has no float8, and float64 is of no use: arithmetic is float32. */
    private static DType kept(DType from) {
        return switch (from) {
            case F16, BF16 -> from;
            case F8_E4M3, F8_E5M2 -> DType.BF16;
            default -> DType.F32;
        };
    }

    private QuantizationError rows(Planned tensor, GgufWriter.Sink sink) throws IOException {
        RowEncoding encoding = new RowEncoding(source, tensor.to());
        QuantizationError sum = QuantizationError.NONE;
        for (Matrix part : tensor.parts()) {
            sum = sum.plus(encoding.write(part, sink));
        }
        return sum;
    }
}
