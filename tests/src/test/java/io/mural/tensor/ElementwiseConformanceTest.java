package io.mural.tensor;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Operations on single elements, on contiguous and on strided operands. */
class ElementwiseConformanceTest {
    private static final int[][] SIZES = {{1, 1}, {13, 1}, {1, 13}, {207, 31}, {5, 4099}, {1021, 192}};

    @TestFactory
    Stream<DynamicTest> activations() {
        return Stream.of(Activation.values()).flatMap(ElementwiseConformanceTest::activation);
    }

    /** From where a result vanishes to where it is x itself, and what is not a number. */
    @TestFactory
    Stream<DynamicTest> extremeActivations() {
        float[] values = {-1e30f, -1000, -100, -88, -87, -20, -1e-30f, 0, 1e-30f, 1, 20, 87, 88, 100, 1000, 1e30f};
        return Stream.of(Activation.values())
                .flatMap(f -> Conformance.compare(
                        "activate " + f,
                        "extreme values",
                        ops -> {
                            var x = ops.tensor(values, 1, values.length);
                            ops.activate(x, f);
                            return x;
                        },
                        (row, col, expected) -> Conformance.U * (1 + 8 * Math.abs(expected))));
    }

    @TestFactory
    Stream<DynamicTest> addition() {
        return Stream.of(SIZES)
                .flatMap(size -> Stream.of(true, false).flatMap(row -> {
                    var samples = new Samples(size[1]);
                    var x = samples.strided(size[0], size[1]);
                    var other = row ? samples.tensor(1, size[1]) : samples.strided(size[0], size[1]);
                    return exact("add", size, x, (ops, copy) -> ops.add(copy, other));
                }));
    }

    @TestFactory
    Stream<DynamicTest> multiplication() {
        return Stream.of(SIZES).flatMap(size -> {
            var samples = new Samples(size[1]);
            var x = samples.strided(size[0], size[1]);
            var y = samples.tensor(size[0], size[1]);
            return exact("multiply", size, x, (ops, copy) -> ops.multiply(copy, y));
        });
    }

    /** Means over groups of 1 to 9 rows, then sums with weights of both signs, in which a row may have no term at all. */
    @TestFactory
    Stream<DynamicTest> mixedRows() {
        return Stream.of(SIZES).flatMap(size -> {
            var x = new Samples(size[1]).strided(size[0], size[1]);
            var groups = new int[2 * size[0] / 3 + 1][];
            for (int n = 0; n < groups.length; n++) {
                groups[n] = new int[1 + n % 9];
                for (int i = 0; i < groups[n].length; i++) {
                    groups[n][i] = (7 * n + 3 * i) % size[0];
                }
            }
            var means = RowMix.means(size[0], groups);
            var sums = new RowMix(
                    size[0], new int[] {0, 2, 2, 3}, new int[] {0, size[0] - 1, 0}, new float[] {-2, 3, 0.5f});
            var bound = Conformance.relativeTo(9 * 5, 10);
            return Stream.concat(
                    Conformance.compare(
                            "mixRows", "means of " + size[0] + " x " + size[1], ops -> ops.mixRows(x, means), bound),
                    Conformance.compare(
                            "mixRows", "sums of " + size[0] + " x " + size[1], ops -> ops.mixRows(x, sums), bound));
        });
    }

    @TestFactory
    Stream<DynamicTest> gatedAddition() {
        return Stream.of(SIZES).flatMap(size -> {
            var samples = new Samples(size[1]);
            var x = samples.strided(size[0], size[1]);
            var gate = samples.tensor(1, size[1]);
            var y = samples.strided(size[0], size[1]);
            return Conformance.compare(
                    "addGated",
                    size[0] + " x " + size[1],
                    ops -> changed(ops, x, copy -> ops.addGated(copy, gate, y)),
                    Conformance.relativeTo(30, 2));
        });
    }

    @TestFactory
    Stream<DynamicTest> embedding() {
        int[] ids = {0, 206, 5, 5, 13};
        return Stream.of(DType.values())
                .filter(DType::isFloat)
                .flatMap(dtype -> wholeBlocks(dtype).flatMap(cols -> {
                    var table = new Samples(cols).matrix("embeddings.weight", dtype, 207, cols);
                    return Conformance.compareStored(
                            dtype,
                            "embedding",
                            dtype + " of " + cols,
                            ops -> ops.embedding(table, ids),
                            Conformance.relativeTo(0, 0));
                }));
    }

    private static Stream<Integer> wholeBlocks(DType dtype) {
        return Stream.of(1, 13, 64, 207, 512).filter(cols -> cols % dtype.blockSize() == 0);
    }

    private static Stream<DynamicTest> activation(Activation f) {
        return Stream.of(SIZES).flatMap(size -> {
            var x = new Samples(size[1]).strided(size[0], size[1]);
            return Conformance.compare(
                    "activate " + f,
                    size[0] + " x " + size[1],
                    ops -> changed(ops, x, copy -> ops.activate(copy, f)),
                    (row, col, expected) -> Conformance.U * (1 + 8 * Math.abs(expected)));
        });
    }

    private static Stream<DynamicTest> exact(String operation, int[] size, Tensor x, BiConsumer<Ops, Tensor> change) {
        return Conformance.compare(
                operation,
                size[0] + " x " + size[1],
                ops -> changed(ops, x, copy -> change.accept(ops, copy)),
                Conformance.relativeTo(0, 0));
    }

    /** A strided copy of x after the change. */
    private static Tensor changed(Ops ops, Tensor x, Consumer<Tensor> change) {
        var copy = ops.empty(x.rows(), x.cols() + 5).columns(1, x.cols() + 1);
        ops.copy(copy, x);
        change.accept(copy);
        return copy;
    }
}
