package io.mural.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.Activation;
import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.tensor.Linear;
import io.mural.tensor.LowRank;
import io.mural.tensor.Matrix;
import io.mural.tensor.Precision;
import io.mural.tensor.Shape;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.machine.CodeBlocks;
import io.mural.tensor.cpu.machine.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Linear layers with rounded operands are what the oracle makes of operands that were rounded one by one: every format, at
 * awkward sizes, with kernels in plain loops and with those of this processor.
 */
class ShortProductsTest {
    /** [rows, in, out]; more than 8 rows, and k beyond a stripe's depth. */
    private static final int[][] SIZES = {{9, 13, 3}, {13, 257, 131}, {14, 1120, 18}, {103, 38, 275}};

    private static final int[][] BLOCK_SIZES = {{9, 256, 3}, {13, 1280, 35}, {49, 256, 275}};

    private static final List<DType> FORMATS = List.of(
            DType.F64,
            DType.F32,
            DType.F16,
            DType.BF16,
            DType.F8_E4M3,
            DType.F8_E5M2,
            DType.Q8_0,
            DType.Q4_0,
            DType.Q5_0,
            DType.Q4_1,
            DType.Q4_K,
            DType.Q6_K);

    /** Kernels and the precision that uses them. */
    record Way(String name, Precision precision, Kernels kernels) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Way> ways() {
        var ways = new ArrayList<Way>();
        ways.add(new Way("bf16 in plain loops", Precision.BF16, plain(Optional.empty())));
        for (var format : CodeBlocks.values()) {
            ways.add(new Way(format + " in plain loops", Precision.INT8, plain(Optional.of(format))));
        }
        var own = Kernels.ofThisProcessor();
        own.pairs().ifPresent(tiles -> ways.add(new Way("bf16 of this processor", Precision.BF16, own)));
        own.blocks().ifPresent(tiles -> ways.add(new Way("int8 of this processor", Precision.INT8, own)));
        return ways;
    }

    private static Kernels plain(Optional<CodeBlocks> format) {
        return new Kernels(Optional.of(Kernels.plainPairs()), format.map(Kernels::plainBlocks), Optional.empty());
    }

    static Stream<Way> everyWay() {
        return ways().stream();
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("everyWay")
    void everyFormatAndSize(Way way) {
        for (var dtype : FORMATS) {
            for (int[] size : dtype.isBlocked() ? BLOCK_SIZES : SIZES) {
                var random = new Random(size[0] * 31L + size[1]);
                var x = tensor(random, size[0], size[1]);
                var weight = matrix(random, dtype, size[2], size[1]);
                var layer = new Linear(weight, Optional.of(bias(random, size[2])), List.of());
                requireClose(way, dtype + " " + List.of(size[0], size[1], size[2]), x, layer, Activation.NONE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void adaptersAndActivationAreFloat32(Way way) {
        var random = new Random(3);
        var x = tensor(random, 33, 70);
        var adapter = new LowRank(matrix(random, DType.F32, 5, 70), matrix(random, DType.BF16, 275, 5), 0.3f);
        var layer = new Linear(matrix(random, DType.BF16, 275, 70), Optional.empty(), List.of(adapter));
        requireClose(way, "an adapter", x, layer, Activation.GELU_TANH);
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void sameBytesForAnyNumberOfThreads(Way way) {
        var random = new Random(4);
        var x = tensor(random, 301, 192);
        var layer = new Linear(matrix(random, DType.BF16, 530, 192), Optional.empty(), List.of());
        var first = run(way, 1, x, layer, Activation.SILU);
        for (int threads : new int[] {2, 3, 5}) {
            assertThat(run(way, threads, x, layer, Activation.SILU)).isEqualTo(first);
        }
    }

    /** Rows that a machine's instructions would carry into their neighbours if sums of padding were read. */
    @ParameterizedTest
    @MethodSource("everyWay")
    void whatIsNoNumberStaysInItsRow(Way way) {
        var random = new Random(5);
        var x = tensor(random, 19, 96);
        x.set(7, 40, Float.NaN);
        x.set(11, 3, Float.POSITIVE_INFINITY);
        var layer = new Linear(matrix(random, DType.BF16, 40, 96), Optional.empty(), List.of());
        var out = run(way, 2, x, layer, Activation.NONE);
        for (int row = 0; row < 19; row++) {
            for (int col = 0; col < 40; col++) {
                boolean finite = row != 7 && row != 11;
                assertThat(Float.isFinite(out[row * 40 + col]))
                        .as("row %d", row)
                        .isEqualTo(finite);
            }
        }
    }

    @Test
    void autoRoundsOnlyShortWeights() {
        var random = new Random(6);
        var x = tensor(random, 12, 64);
        var way = new Way("auto", Precision.AUTO, plain(Optional.of(CodeBlocks.BYTES)));
        var exact = new Way("f32", Precision.F32, Kernels.NONE);
        for (var dtype : List.of(DType.F32, DType.F16, DType.BF16, DType.F8_E4M3, DType.Q8_0)) {
            var layer = new Linear(matrix(random, dtype, 20, 64), Optional.empty(), List.of());
            var sameAsFloat =
                    Arrays.equals(run(way, 1, x, layer, Activation.NONE), run(exact, 1, x, layer, Activation.NONE));
            assertThat(sameAsFloat).as("%s", dtype).isEqualTo(dtype == DType.F32 || dtype == DType.F16);
        }
    }

    private static float[] run(Way way, int threads, Tensor x, Linear layer, Activation f) {
        try (var ops = new VectorOps(Workspace.poisoned(), threads, way.precision(), way.kernels())) {
            return ops.read(ops.linear(x, layer, f));
        }
    }

    private static void requireClose(Way way, String what, Tensor x, Linear layer, Activation f) {
        UnaryOperator<float[]> rounding =
                way.precision() == Precision.BF16 ? ShortProductsTest::roundToBf16 : ShortProductsTest::roundToCodes;
        UnaryOperator<float[]> ofWeights = keepsCodes(way, layer.weight().dtype()) ? row -> row : rounding;
        var rounded = new Linear(eachRow(layer.weight(), ofWeights), layer.bias(), List.of());
        var exactAdapters = new Linear(zeros(layer.weight()), Optional.empty(), layer.adapters());
        float[] expected;
        float[] magnitudes;
        try (var oracle = new ScalarOps(Workspace.poisoned())) {
            var sum = oracle.linear(eachRow(x, rounding), rounded);
            oracle.add(sum, oracle.linear(x, exactAdapters));
            oracle.activate(sum, f);
            expected = oracle.read(sum);
            var absolute = new Linear(
                    eachRow(layer.weight(), ShortProductsTest::absolute),
                    layer.bias().map(bias -> eachRow(bias, ShortProductsTest::absolute)),
                    List.of());
            magnitudes = oracle.read(oracle.linear(eachRow(x, ShortProductsTest::absolute), absolute));
        }
        var actual = run(way, 2, x, layer, f);
        // the bound of float32 products in docs/numerics.md, and for an adapter as much again
        double roundings = (4 + 2 * Math.sqrt(layer.in())) * (layer.adapters().isEmpty() ? 1 : 2);
        for (int i = 0; i < expected.length; i++) {
            double bound = 0x1p-24 * (1.13 * roundings * magnitudes[i] + 1 + 8 * Math.abs(expected[i]));
            assertThat(Math.abs((double) actual[i] - expected[i]))
                    .as("%s, %s: element %d, expected %s, actual %s", way, what, i, expected[i], actual[i])
                    .isLessThanOrEqualTo(bound);
        }
    }

    /** Formats whose codes and scales the kernels of whole numbers take as they are. */
    private static boolean keepsCodes(Way way, DType dtype) {
        return way.precision() == Precision.INT8
                && List.of(DType.Q8_0, DType.Q4_0, DType.Q5_0).contains(dtype);
    }

    private static float[] roundToBf16(float[] row) {
        var rounded = new float[row.length];
        for (int i = 0; i < row.length; i++) {
            rounded[i] = FloatFormats.bf16ToFloat(FloatFormats.floatToBf16(row[i]));
        }
        return rounded;
    }

    private static float[] roundToCodes(float[] row) {
        var rounded = new float[row.length];
        for (int from = 0; from < row.length; from += 32) {
            int end = Math.min(from + 32, row.length);
            float largest = 0;
            for (int i = from; i < end; i++) {
                largest = Math.max(largest, Math.abs(row[i]));
            }
            for (int i = from; i < end && largest > 0; i++) {
                rounded[i] = (float) (Math.rint(row[i] * (127 / largest)) * (double) (largest / 127));
            }
        }
        return rounded;
    }

    private static float[] absolute(float[] row) {
        var result = row.clone();
        for (int i = 0; i < row.length; i++) {
            result[i] = Math.abs(row[i]);
        }
        return result;
    }

    private static Tensor eachRow(Tensor x, UnaryOperator<float[]> change) {
        var result = Tensor.of(Arena.ofAuto().allocate(x.shape().size() * Float.BYTES, 64), x.shape());
        var row = new float[x.cols()];
        for (int r = 0; r < x.rows(); r++) {
            x.readRow(r, 0, row, 0, row.length);
            result.writeRow(r, 0, change.apply(row), 0, row.length);
        }
        return result;
    }

    private static Matrix eachRow(Matrix matrix, UnaryOperator<float[]> change) {
        var data = Arena.ofAuto().allocate((long) matrix.rows() * matrix.cols() * Float.BYTES);
        for (int r = 0; r < matrix.rows(); r++) {
            var row = new float[matrix.cols()];
            for (int c = 0; c < row.length; c++) {
                row[c] = matrix.get(r, c);
            }
            var changed = change.apply(row);
            for (int c = 0; c < row.length; c++) {
                data.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) r * row.length + c, changed[c]);
            }
        }
        return Matrix.of(matrix.name(), DType.F32, matrix.rows(), matrix.cols(), data, 1);
    }

    private static Matrix zeros(Matrix matrix) {
        return eachRow(matrix, row -> new float[row.length]);
    }

    private static Tensor tensor(Random random, int rows, int cols) {
        var tensor = Tensor.of(Arena.ofAuto().allocate((long) rows * cols * Float.BYTES, 64), Shape.of(rows, cols));
        var values = new float[rows * cols];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        tensor.copyFrom(values);
        return tensor;
    }

    private static Tensor bias(Random random, int size) {
        return Tensor.of(tensor(random, 1, size).segment(), Shape.of(size));
    }

    private static Matrix matrix(Random random, DType dtype, int rows, int cols) {
        var data = Arena.ofAuto().allocate(rows * dtype.bytes(cols) + 1).asSlice(1);
        for (long i = 0; i < data.byteSize(); i++) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(256));
        }
        if (dtype.isBlocked()) {
            int[] halves = switch (dtype) {
                case Q4_1, Q4_K -> new int[] {0, 2};
                case Q6_K -> new int[] {208};
                default -> new int[] {0};
            };
            for (long block = 0; block < data.byteSize(); block += dtype.blockBytes()) {
                for (int at : halves) {
                    data.set(Matrix.F16_LAYOUT, block + at, Float.floatToFloat16((float) random.nextGaussian()));
                }
            }
        }
        for (long i = 0; i < (long) rows * cols && !dtype.isBlocked(); i++) {
            float value = (float) random.nextGaussian();
            switch (dtype) {
                case F64 -> data.set(Matrix.F64_LAYOUT, i * Double.BYTES, value);
                case F32 -> data.set(Matrix.F32_LAYOUT, i * Float.BYTES, value);
                case F16 -> data.set(Matrix.F16_LAYOUT, i * Short.BYTES, Float.floatToFloat16(value));
                case BF16 -> data.set(Matrix.F16_LAYOUT, i * Short.BYTES, FloatFormats.floatToBf16(value));
                default -> data.set(ValueLayout.JAVA_BYTE, i, (byte) (random.nextInt(0x41) | random.nextInt(2) << 7));
            }
        }
        return Matrix.of("proj.weight", dtype, rows, cols, data, dtype.bytes(dtype.blockSize()) == 1 ? 0.37f : 1);
    }
}
