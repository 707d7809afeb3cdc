package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.GradientKernels.AttentionGradients;
import io.mural.tensor.cpu.CpuBackend;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The vector kernels of gradients against the oracle's, and the same bytes for any number of threads. */
class GradientConformanceTest {
    /** float32 sums of some hundred products of numbers near 1, against sums in double. */
    private static final double BOUND = 2e-5;

    /**
     * Runs kernels of the oracle and of the vectors on sums that begin alike.
     *
     * @param body what adds to, or changes, the tensor it is given
     */
    private static void compare(int rows, int cols, BiConsumer<GradientKernels, Tensor> body) {
        var expected = run("cpu:scalar", 1, rows, cols, body);
        var mine = run("cpu", 2, rows, cols, body);
        assertThat(run("cpu", 1, rows, cols, body)).isEqualTo(mine);
        assertThat(run("cpu", 7, rows, cols, body)).isEqualTo(mine);
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < mine.length; i++) {
            assertThat(Math.abs((double) mine[i] - expected[i]))
                    .as("element %d of %d: expected %s, is %s", i, mine.length, expected[i], mine[i])
                    .isLessThanOrEqualTo(BOUND * largest);
        }
    }

    private static float[] run(
            String device, int threads, int rows, int cols, BiConsumer<GradientKernels, Tensor> body) {
        var sums = new Samples(1).strided(rows, cols);
        try (var ops = new CpuBackend().open(device, threads, new Workspace())) {
            body.accept(ops.gradients(), sums);
        }
        return sums.toArray();
    }

    @ParameterizedTest
    @CsvSource({"1,13,7", "13,207,301", "207,64,48", "600,5,520"})
    void products(int rows, int in, int out) {
        for (var dtype : List.of(DType.F32, DType.BF16, DType.F16, DType.F8_E4M3)) {
            var g = new Samples(2).strided(rows, out);
            var weight = new Samples(3).matrix("weight", dtype, out, in);
            compare(rows, in, (kernels, dx) -> kernels.product(dx, g, weight));
        }
        var g = new Samples(2).strided(rows, out);
        var x = new Samples(3).strided(rows, in);
        compare(out, in, (kernels, dWeight) -> kernels.outer(dWeight, g, x));
        compare(1, out, (kernels, row) -> kernels.sumRows(row, g));
    }

    @Test
    void productsOfBlockFormats() {
        for (var dtype : List.of(DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q6_K)) {
            var g = new Samples(2).strided(21, 35);
            var weight = new Samples(3).matrix("weight", dtype, 35, 512);
            compare(21, 512, (kernels, dx) -> kernels.product(dx, g, weight));
        }
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activations(Activation f) {
        var a = new Samples(2).strided(13, 207);
        a.set(0, 0, 1e4f);
        a.set(0, 1, -1e4f);
        a.set(0, 2, 0);
        compare(13, 207, (kernels, g) -> kernels.activation(g, a, f));
    }

    @Test
    void rows() {
        var x = new Samples(2).strided(13, 301);
        var y = new Samples(3).strided(13, 301);
        compare(1, 301, (kernels, sum) -> kernels.addProduct(sum, x, y));
        compare(13, 301, (kernels, sum) -> kernels.addProduct(sum, x, y));
        compare(13, 301, (kernels, sum) -> kernels.scale(sum, 0.3f));
        compare(13, 301, GradientKernels::zero);
    }

    @ParameterizedTest
    @CsvSource({"1,24", "13,207"})
    void norms(int rows, int cols) {
        var g = new Samples(2).strided(rows, cols);
        var x = new Samples(3).strided(rows, cols);
        var gain = new Samples(4).tensor(cols);
        compare(
                rows,
                cols,
                (kernels, dx) -> kernels.layerNorm(Optional.of(dx), Optional.empty(), g, x, gain, 1, 1e-6f));
        compare(
                1,
                cols,
                (kernels, dGain) -> kernels.layerNorm(Optional.empty(), Optional.of(dGain), g, x, gain, 0, 1e-6f));
        compare(rows, cols, (kernels, dx) -> kernels.rmsNorm(Optional.of(dx), Optional.empty(), g, x, gain, 1e-6f));
        compare(1, cols, (kernels, dGain) -> kernels.rmsNorm(Optional.empty(), Optional.of(dGain), g, x, gain, 1e-6f));
    }

    @ParameterizedTest
    @EnumSource(Rope.Pairs.class)
    void rotations(Rope.Pairs pairs) {
        var x = new Samples(3).strided(13, 3 * 26);
        var weight = new Samples(4).tensor(26);
        var rope = new Rope(new Samples(5).tensor(13, 13), new Samples(6).tensor(13, 13), pairs);
        compare(13, 3 * 26, (kernels, g) -> kernels.normRope(g, Optional.empty(), x, weight, 1e-6f, rope));
        var given = new Samples(7).strided(13, 3 * 26);
        compare(1, 26, (kernels, dWeight) -> {
            var g = new Samples(8).tensor(13, 3 * 26);
            for (int row = 0; row < 13; row++) {
                for (int col = 0; col < g.cols(); col++) {
                    g.set(row, col, given.get(row, col));
                }
            }
            kernels.normRope(g, Optional.of(dWeight), x, weight, 1e-6f, rope);
        });
    }

    private static AttentionLayout windows(int queries, int keys) {
        int half = queries / 2;
        return AttentionLayout.of(
                keys,
                List.of(
                        new AttentionLayout.Block(0, half, List.of(new AttentionLayout.Run(0, keys))),
                        new AttentionLayout.Block(
                                half,
                                queries,
                                List.of(
                                        new AttentionLayout.Run(1, keys / 3),
                                        new AttentionLayout.Run(keys / 2, keys - 1)))));
    }

    @Test
    void attentionOverRuns() {
        attention(windows(75, 301), 75, 301, 6, 3, 26);
    }

    @Test
    void causalAttention() {
        attention(AttentionLayout.causal(70, 65), 70, 70, 2, 2, 16);
    }

    private static void attention(AttentionLayout layout, int queries, int keys, int heads, int kvHeads, int headDim) {
        var of = new AttentionCall(
                new Samples(7).strided(queries, heads * headDim),
                new Samples(2).strided(queries, heads * headDim),
                new Samples(3).strided(keys, kvHeads * headDim),
                new Samples(4).strided(keys, kvHeads * headDim),
                heads,
                0.4f,
                layout,
                Optional.of(new Samples(5).tensor(heads, queries + keys - 1)));
        var g = new Samples(6).strided(queries, heads * headDim);
        var logs = new Samples(8).tensor(heads, queries);
        try (var ops = new CpuBackend().open("cpu:scalar", 1, new Workspace())) {
            ops.gradients().logSumExp(logs, of);
        }
        compare(heads, queries, (kernels, sum) -> kernels.logSumExp(sum, of));
        var nothing = Optional.<Tensor>empty();
        compare(
                queries,
                heads * headDim,
                (kernels, dq) -> kernels.attention(
                        new AttentionGradients(Optional.of(dq), nothing, nothing, nothing), g, logs, of));
        compare(
                keys,
                kvHeads * headDim,
                (kernels, dk) -> kernels.attention(
                        new AttentionGradients(nothing, Optional.of(dk), nothing, nothing), g, logs, of));
        compare(
                keys,
                kvHeads * headDim,
                (kernels, dv) -> kernels.attention(
                        new AttentionGradients(nothing, nothing, Optional.of(dv), nothing), g, logs, of));
        compare(
                heads,
                queries + keys - 1,
                (kernels, bias) -> kernels.attention(
                        new AttentionGradients(nothing, nothing, nothing, Optional.of(bias)), g, logs, of));
    }

    @ParameterizedTest
    @CsvSource({"3,1,1,1", "3,2,0,1", "1,1,0,0"})
    void convolutions(int kernel, int stride, int before, int after) {
        var x = new Samples(2).tensor(13, 9, 7);
        var conv = new Conv(
                new Samples(3).matrix("conv", DType.F32, 5, 7 * kernel * kernel),
                Optional.of(new Samples(4).tensor(5)),
                7,
                kernel);
        var padding = new Padding(before, after);
        int height = padding.outputSize(13, kernel, stride);
        int width = padding.outputSize(9, kernel, stride);
        var g = new Samples(5).tensor(height, width, 5);
        compare(
                13 * 9,
                7,
                (kernels, dx) -> kernels.conv2d(Optional.of(dx), Optional.empty(), g, x, conv, stride, padding));
        compare(
                5,
                7 * kernel * kernel,
                (kernels, dWeight) ->
                        kernels.conv2d(Optional.empty(), Optional.of(dWeight), g, x, conv, stride, padding));
    }
}
