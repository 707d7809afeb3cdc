package io.mural.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.AttentionCall;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.AttentionLayout.Run;
import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.tensor.Linear;
import io.mural.tensor.Matrix;
import io.mural.tensor.Precision;
import io.mural.tensor.Shape;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.machine.Kernels;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attention with rounded operands is what the oracle makes of queries, keys and values that were rounded one by one, up to
 * the rounding of the weights: every kind of layout, with kernels in plain loops and with those of this processor.
 */
class PairAttentionTest {
    private static final float LOG2_E = 1.44269504f;

    record Case(String name, AttentionLayout layout, int heads, int kvHeads, int headDim, boolean bias) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        var windows = AttentionLayout.of(
                300,
                List.of(
                        new Block(0, 70, List.of(new Run(3, 90), new Run(290, 300))),
                        new Block(70, 203, List.of(new Run(0, 1), new Run(40, 299)))));
        return Stream.of(
                new Case("dense", AttentionLayout.dense(13, 301), 2, 2, 64, false),
                new Case("odd sizes", AttentionLayout.dense(7, 13), 3, 3, 13, false),
                new Case("causal", AttentionLayout.causal(150), 2, 1, 40, false),
                new Case("windows", windows, 2, 2, 32, false),
                new Case("distance bias", AttentionLayout.dense(71, 71), 2, 2, 16, true),
                new Case("a wide head", AttentionLayout.dense(9, 140), 1, 1, 320, false));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void likeTheOracle(Case each) {
        int cols = each.heads() * each.headDim();
        int kvCols = each.kvHeads() * each.headDim();
        var random = new Random(9);
        var q = tensor(random, each.layout().queries(), cols);
        var k = tensor(random, each.layout().keys(), kvCols);
        var v = tensor(random, each.layout().keys(), kvCols);
        var bias = each.bias()
                ? Optional.of(tensor(random, each.heads(), q.rows() + k.rows() - 1))
                : Optional.<Tensor>empty();
        float scale = (float) (1 / Math.sqrt(each.headDim()));
        float[] expected;
        try (var oracle = new ScalarOps(Workspace.poisoned())) {
            var out = oracle.empty(q.rows(), cols);
            // the kernels fold the scale and log2(e) into the queries before they round them
            var scaled = rounded(q, scale * LOG2_E, 1 / LOG2_E);
            oracle.attention(new AttentionCall(
                    out, scaled, rounded(k, 1, 1), rounded(v, 1, 1), each.heads(), 1, each.layout(), bias));
            expected = oracle.read(out);
        }
        float largest = 0;
        for (float value : v.toArray()) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (var kernels : kernels()) {
            float[] first = null;
            for (int threads : new int[] {1, 3}) {
                try (var ops = new VectorOps(Workspace.poisoned(), threads, Precision.AUTO, kernels)) {
                    var out = ops.empty(q.rows(), cols);
                    // attention follows the layer before it
                    ops.linear(k, layer(DType.BF16, kvCols));
                    ops.attention(new AttentionCall(out, q, k, v, each.heads(), scale, each.layout(), bias));
                    var actual = ops.read(out);
                    first = first == null ? actual : first;
                    assertThat(actual).as("%d threads", threads).isEqualTo(first);
                }
            }
            for (int i = 0; i < expected.length; i++) {
                // a weight is wrong by half a place of bfloat16, 2^-9, and their sum is of unrounded ones
                assertThat(Math.abs(first[i] - expected[i]))
                        .as("element %d of %s", i, each)
                        .isLessThan(1.1f * 0x1p-9f * largest);
            }
        }
    }

    /** Behind float32 weights attention is float32. */
    @Test
    void followsTheLayerBeforeIt() {
        var x = tensor(new Random(1), 20, 32);
        var kernels = new Kernels(Optional.of(Kernels.plainPairs()), Optional.empty(), Optional.empty());
        float[] exact;
        try (var ops = new VectorOps(Workspace.poisoned(), 1)) {
            exact = attend(ops, x, DType.F32);
        }
        try (var ops = new VectorOps(Workspace.poisoned(), 1, Precision.AUTO, kernels)) {
            assertThat(attend(ops, x, DType.F32)).isEqualTo(exact);
            assertThat(attend(ops, x, DType.BF16)).isNotEqualTo(exact);
            assertThat(attend(ops, x, DType.F32)).isEqualTo(exact);
        }
    }

    private static float[] attend(VectorOps ops, Tensor x, DType weights) {
        ops.linear(x, layer(weights, x.cols()));
        var out = ops.empty(x.rows(), x.cols());
        var layout = AttentionLayout.dense(x.rows(), x.rows());
        ops.attention(new AttentionCall(out, x, x, x, 2, 0.25f, layout, Optional.empty()));
        return ops.read(out);
    }

    private static Linear layer(DType dtype, int in) {
        var zeros = Arena.ofAuto().allocate(dtype.bytes(in));
        return new Linear(Matrix.of("proj.weight", dtype, 1, in, zeros, 1), Optional.empty(), List.of());
    }

    private static List<Kernels> kernels() {
        var all = new ArrayList<Kernels>();
        all.add(new Kernels(Optional.of(Kernels.plainPairs()), Optional.empty(), Optional.empty()));
        if (Kernels.ofThisProcessor().pairs().isPresent()) {
            all.add(Kernels.ofThisProcessor());
        }
        return all;
    }

    private static Tensor rounded(Tensor x, float before, float after) {
        var values = x.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = after * FloatFormats.bf16ToFloat(FloatFormats.floatToBf16(values[i] * before));
        }
        return tensor(values, x.rows(), x.cols());
    }

    private static Tensor tensor(Random random, int rows, int cols) {
        var values = new float[rows * cols];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return tensor(values, rows, cols);
    }

    private static Tensor tensor(float[] values, int rows, int cols) {
        var tensor = Tensor.of(Arena.ofAuto().allocate((long) rows * cols * Float.BYTES, 64), Shape.of(rows, cols));
        tensor.copyFrom(values);
        return tensor;
    }
}
