package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.cpu.VectorOps;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector kernels give the same bytes with 1, 2, 3 and 5 threads, the first time, not yet compiled, and later. */
class SameBytesTest {
    private static final Samples SAMPLES = new Samples(42);

    static Stream<Arguments> operations() {
        var x = SAMPLES.tensor(301, 192);
        var few = SAMPLES.tensor(5, 192);
        var up = new LowRank(
                SAMPLES.matrix("lora_A", DType.F32, 16, 192), SAMPLES.matrix("lora_B", DType.F32, 900, 16), 0.5f);
        var layer =
                new Linear(SAMPLES.matrix("proj", DType.BF16, 900, 192), Optional.of(SAMPLES.tensor(900)), List.of(up));
        var picture = SAMPLES.tensor(67, 45, 64);
        var conv = new Conv(SAMPLES.matrix("conv", DType.F32, 70, 64 * 9), Optional.of(SAMPLES.tensor(70)), 64, 3);
        var row = SAMPLES.tensor(192);
        var channels = SAMPLES.tensor(64);
        return Stream.of(
                Arguments.of("linear", run(ops -> ops.linear(x, layer, Activation.GELU_TANH))),
                Arguments.of("linear of few rows", run(ops -> ops.linear(few, layer, Activation.SILU))),
                Arguments.of("dense attention", run(ops -> attention(ops, x, AttentionLayout.dense(301, 301)))),
                Arguments.of("causal attention", run(ops -> attention(ops, x, AttentionLayout.causal(301)))),
                Arguments.of("conv2d", run(ops -> ops.conv2d(picture, conv, 1, Padding.SAME))),
                Arguments.of(
                        "groupNorm",
                        run(ops -> ops.groupNorm(picture, 32, channels, channels, 1e-6f, Activation.SILU))),
                Arguments.of("layerNorm", run(ops -> ops.layerNorm(x, row, row, 1e-6f))),
                Arguments.of("rmsNorm", run(ops -> ops.rmsNorm(x, row, 1e-6f))));
    }

    private static Function<Ops, Tensor> run(Function<Ops, Tensor> operation) {
        return operation;
    }

    private static Tensor attention(Ops ops, Tensor x, AttentionLayout layout) {
        var out = ops.empty(x.rows(), x.cols());
        ops.attention(new AttentionCall(out, x, x, x, 6, 0.2f, layout, Optional.empty()));
        return out;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operations")
    void whateverTheThreads(String name, Function<Ops, Tensor> operation) {
        float[] first;
        try (var ops = new VectorOps(Workspace.poisoned(), 1)) {
            first = operation.apply(ops).toArray();
        }
        for (int threads : new int[] {1, 2, 3, 5}) {
            try (var ops = new VectorOps(Workspace.poisoned(), threads)) {
                for (int time = 0; time < 5; time++) {
                    assertSameBits(first, operation.apply(ops).toArray(), threads + " threads, time " + time);
                }
            }
        }
    }

    private static void assertSameBits(float[] expected, float[] actual, String when) {
        assertThat(actual).hasSameSizeAs(expected);
        int differing = IntStream.range(0, expected.length)
                .filter(i -> Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(actual[i]))
                .findFirst()
                .orElse(-1);
        assertThat(differing).as("first differing element with " + when).isEqualTo(-1);
    }
}
