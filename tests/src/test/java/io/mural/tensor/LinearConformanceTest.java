package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.cpu.ScalarOps;
import io.mural.tornado.ShortFormats;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Linear layers: every format, few and many rows, sizes around the edges of tiles, views, adapters. */
class LinearConformanceTest {
    /** [rows, in, out] */
    private static final int[][] SIZES = {
        {1, 1, 1},
        {1, 13, 207},
        {1, 3072, 40},
        {2, 2053, 13},
        {7, 207, 67},
        {8, 64, 64},
        {9, 13, 3},
        {13, 257, 131},
        {24, 512, 257},
        {49, 256, 30},
        {110, 24, 530},
    };

    /** Rows of whole blocks; those of 32 elements are cut to other lengths of k too. */
    private static final int[][] BLOCK_SIZES = {
        {1, 256, 1}, {2, 2304, 13}, {7, 1280, 67}, {8, 512, 5}, {9, 256, 3}, {110, 256, 530},
    };

    private static final int[] MIDDLE_BLOCK_SIZE = {13, 768, 131};

    private static final int[][] SMALL_BLOCK_SIZES = {{1, 32, 1}, {3, 1120, 7}, {9, 32, 3}, {24, 544, 257}, {49, 96, 30}
    };

    private static final int[][] LARGER_SIZES = {{97, 511, 320}, {207, 192, 192}, {1550, 24, 48}};

    @TestFactory
    Stream<DynamicTest> everyFormatAndSize() {
        return Stream.of(DType.values())
                .filter(dtype -> dtype.isFloat() && !dtype.isBlocked())
                .flatMap(dtype -> Stream.of(SIZES).flatMap(size -> compare(dtype, size)));
    }

    /** All sizes on the processor; other devices get weights that were widened on their way there, so one size is enough. */
    @TestFactory
    Stream<DynamicTest> everyBlockFormatAndSize() {
        return Stream.of(DType.values())
                .filter(DType::isBlocked)
                .flatMap(dtype -> Stream.concat(
                        compare(dtype, MIDDLE_BLOCK_SIZE),
                        Stream.concat(
                                        Stream.of(BLOCK_SIZES),
                                        dtype.blockSize() == 32 ? Stream.of(SMALL_BLOCK_SIZES) : Stream.empty())
                                .flatMap(size -> compare(dtype, size))
                                .filter(test -> test.getDisplayName().endsWith(" on cpu"))));
    }

    /** Devices have no block formats: weights are widened on their way there, and rounded to what the device stores. */
    @TestFactory
    Stream<DynamicTest> blocksAsDevicesStoreThem() {
        return Stream.of(DType.F16, DType.BF16)
                .flatMap(stored -> Stream.of(DType.values())
                        .filter(DType::isBlocked)
                        .map(dtype -> DynamicTest.dynamicTest(dtype + " in " + stored, () -> {
                            var samples = new Samples(3);
                            var x = samples.tensor(5, 512);
                            var blocks = samples.matrix("proj.weight", dtype, 13, 512);
                            try (var ops = ShortFormats.open(stored, Workspace.poisoned())) {
                                var expected = ops.read(ops.linear(x, plain(rounded(blocks, stored))));
                                assertThat(ops.read(ops.linear(x, plain(blocks))))
                                        .isEqualTo(expected);
                            }
                        })));
    }

    private static Linear plain(Matrix weight) {
        return new Linear(weight, Optional.empty(), List.of());
    }

    private static Matrix rounded(Matrix matrix, DType dtype) {
        var data = Arena.ofAuto().allocate(dtype.bytes(matrix.cols()) * matrix.rows());
        for (int row = 0; row < matrix.rows(); row++) {
            for (int col = 0; col < matrix.cols(); col++) {
                float value = matrix.get(row, col);
                short bits = dtype == DType.F16 ? Float.floatToFloat16(value) : FloatFormats.floatToBf16(value);
                data.set(Matrix.F16_LAYOUT, ((long) row * matrix.cols() + col) * Short.BYTES, bits);
            }
        }
        return Matrix.of(matrix.name(), dtype, matrix.rows(), matrix.cols(), data, 1);
    }

    @TestFactory
    Stream<DynamicTest> rowsOfABlockWeight() {
        return Stream.of(DType.Q8_0, DType.Q4_K)
                .flatMap(dtype -> Stream.of(2, 40).flatMap(rows -> {
                    var samples = new Samples(rows);
                    var x = samples.tensor(rows, 256);
                    var fused = layer(samples, dtype, 256, 192, true, 2);
                    return compare(
                            "outputs 13 to 77 of a " + dtype + " layer, rows " + rows,
                            x,
                            fused.rows(13, 77),
                            Activation.SILU);
                }));
    }

    @Tag("full")
    @TestFactory
    Stream<DynamicTest> largerSizes() {
        return Stream.of(LARGER_SIZES).flatMap(size -> compare(DType.BF16, size));
    }

    private static Stream<DynamicTest> compare(DType dtype, int[] size) {
        var samples = new Samples(size[0] * 31L + size[1]);
        var x = samples.tensor(size[0], size[1]);
        var layer = layer(samples, dtype, size[1], size[2], true, 0);
        return Conformance.compareStored(
                dtype,
                "linear",
                dtype + " " + List.of(size[0], size[1], size[2]),
                ops -> ops.linear(x, layer),
                bound(x, layer, Activation.NONE));
    }

    @TestFactory
    Stream<DynamicTest> activations() {
        return Stream.of(Activation.values())
                .flatMap(f -> Stream.of(3, 31).flatMap(rows -> {
                    var samples = new Samples(rows);
                    var x = samples.tensor(rows, 77);
                    return compare(f + " " + rows, x, layer(samples, DType.F32, 77, 101, true, 0), f);
                }));
    }

    @TestFactory
    Stream<DynamicTest> adapters() {
        return Stream.of(1, 5, 33, 70)
                .flatMap(rows -> Stream.of(1, 2).flatMap(count -> {
                    var samples = new Samples(rows);
                    var x = samples.tensor(rows, 70);
                    var layer = layer(samples, DType.BF16, 70, 275, rows != 5, count);
                    return compare(count + " adapters, rows " + rows, x, layer, Activation.GELU_TANH);
                }));
    }

    @TestFactory
    Stream<DynamicTest> stridedOperands() {
        return Stream.of(4, 61).flatMap(rows -> {
            var samples = new Samples(rows);
            var x = samples.strided(rows, 100);
            var layer = layer(samples, DType.F16, 100, 270, true, 1);
            var bound = bound(x, layer, Activation.SILU);
            return Conformance.compare(
                    "linear",
                    "into columns of a wider tensor, rows " + rows,
                    ops -> {
                        var wide = ops.empty(rows, 300);
                        ops.linear(wide.columns(11, 281), x, layer, Activation.SILU);
                        return wide.columns(11, 281);
                    },
                    bound);
        });
    }

    @TestFactory
    Stream<DynamicTest> rowsOfAWeight() {
        var samples = new Samples(5);
        var x = samples.tensor(40, 96);
        var fused = samples.matrix("qkv.weight", DType.F8_E4M3, 192, 96);
        return compare(
                "rows 64 to 128 of a fused weight",
                x,
                new Linear(fused.rows(64, 128), Optional.empty(), List.of()),
                Activation.NONE);
    }

    @TestFactory
    Stream<DynamicTest> outputsOfALayer() {
        var samples = new Samples(6);
        var x = samples.tensor(40, 96);
        var fused = layer(samples, DType.BF16, 96, 192, true, 2);
        return compare("outputs 13 to 77 of a fused layer", x, fused.rows(13, 77), Activation.SILU);
    }

    @Test
    void outputsOfALayerAreThoseOfTheWhole() {
        var samples = new Samples(7);
        var x = samples.tensor(3, 24);
        var fused = layer(samples, DType.F32, 24, 40, true, 1);
        try (var oracle = new ScalarOps(Workspace.poisoned())) {
            assertThat(oracle.linear(x, fused.rows(13, 29)).toArray())
                    .isEqualTo(oracle.linear(x, fused).columns(13, 29).toArray());
        }
    }

    private static Linear layer(Samples samples, DType dtype, int in, int out, boolean bias, int adapters) {
        var weight = samples.matrix("proj.weight", dtype, out, in);
        var all = Stream.iterate(0, i -> i < adapters, i -> i + 1)
                .map(i -> new LowRank(
                        samples.matrix("lora_A.weight", DType.F32, 5 + 28 * i, in),
                        samples.matrix("lora_B.weight", DType.BF16, out, 5 + 28 * i),
                        0.3f - i))
                .toList();
        return new Linear(weight, bias ? Optional.of(samples.tensor(out)) : Optional.empty(), all);
    }

    private static Stream<DynamicTest> compare(String sizes, Tensor x, Linear layer, Activation f) {
        return Conformance.compare("linear", sizes, ops -> ops.linear(x, layer, f), bound(x, layer, f));
    }

    /**
     * (4 + 2 sqrt(k)) roundings of the sum of magnitudes, the activations' slope of at most 1.13 and their own error
     * of 8 roundings of the result and one of 1.
     */
    private static Conformance.Bound bound(Tensor x, Linear layer, Activation f) {
        int k = layer.in() + layer.adapters().stream().mapToInt(LowRank::rank).sum();
        double roundings = 4 + 2 * Math.sqrt(k);
        double slope = f == Activation.NONE ? 1 : 1.13;
        double own = f == Activation.NONE ? 0 : 1;
        var sums = new AtomicReference<float[]>();
        return (row, col, expected) -> {
            if (sums.get() == null) {
                sums.set(sums(x, layer));
            }
            return Conformance.U
                    * (slope * roundings * sums.get()[row * layer.out() + col] + own * (1 + 8 * Math.abs(expected)));
        };
    }

    /** Of every result, the sum of its terms' magnitudes. */
    private static float[] sums(Tensor x, Linear layer) {
        var magnitudes = new Linear(
                Samples.magnitudes(layer.weight()),
                layer.bias().map(Samples::magnitudes),
                layer.adapters().stream()
                        .map(a -> new LowRank(
                                Samples.magnitudes(a.down()), Samples.magnitudes(a.up()), Math.abs(a.scale())))
                        .toList());
        try (var oracle = new ScalarOps(new Workspace())) {
            return oracle.linear(Samples.magnitudes(x), magnitudes).toArray();
        }
    }
}
