package io.mural.tensor;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Norms over rows, heads and groups, also where the mean is far larger than the deviation. */
class NormConformanceTest {
    private static final int[][] SIZES = {{1, 1}, {1, 13}, {13, 24}, {207, 64}, {5, 3072}, {31, 192}, {3, 4099}};

    @TestFactory
    Stream<DynamicTest> layerNorm() {
        return Stream.of(SIZES)
                .flatMap(size -> Stream.of(0f, 1000f).flatMap(mean -> {
                    var samples = new Samples(size[1]);
                    var x = shifted(samples.strided(size[0], size[1]), mean);
                    var weight = samples.tensor(size[1]);
                    var bias = samples.tensor(size[1]);
                    return Conformance.compare(
                            "layerNorm",
                            size[0] + " x " + size[1] + " around " + mean,
                            ops -> ops.layerNorm(x, weight, bias, 1e-5f),
                            size[1] == 1 ? Conformance.relativeTo(5, 40) : normed(mean));
                }));
    }

    @TestFactory
    Stream<DynamicTest> modulatedNorm() {
        return Stream.of(SIZES).flatMap(size -> {
            var samples = new Samples(size[1]);
            var x = samples.tensor(size[0], size[1]);
            var shift = samples.tensor(1, size[1]);
            var scale = samples.tensor(1, size[1]);
            return Conformance.compare(
                    "modulatedNorm",
                    size[0] + " x " + size[1],
                    ops -> ops.modulatedNorm(x, shift, scale, 1e-6f),
                    normed(0));
        });
    }

    @TestFactory
    Stream<DynamicTest> rmsNorm() {
        return Stream.of(SIZES).flatMap(size -> {
            var samples = new Samples(size[1]);
            var x = samples.strided(size[0], size[1]);
            var weight = samples.tensor(size[1]);
            return Conformance.compare(
                    "rmsNorm", size[0] + " x " + size[1], ops -> ops.rmsNorm(x, weight, 1e-6f), normed(0));
        });
    }

    /** Into columns of a wider tensor, and in place. */
    @TestFactory
    Stream<DynamicTest> rmsNormInto() {
        return Stream.of(SIZES).flatMap(size -> {
            var samples = new Samples(size[1]);
            var source = samples.strided(size[0], size[1]);
            var weight = samples.tensor(size[1]);
            var sizes = size[0] + " x " + size[1];
            return Stream.concat(
                    Conformance.compare(
                            "rmsNorm",
                            sizes + " into columns",
                            ops -> {
                                var out = ops.empty(size[0], size[1] + 5).columns(2, size[1] + 2);
                                ops.rmsNorm(out, source, weight, 1e-6f);
                                return out;
                            },
                            normed(0)),
                    Conformance.compare(
                            "rmsNorm",
                            sizes + " in place",
                            ops -> {
                                var x = ops.empty(size[0], size[1]);
                                ops.copy(x, source);
                                ops.rmsNorm(x, x, weight, 1e-6f);
                                return x;
                            },
                            normed(0)));
        });
    }

    @TestFactory
    Stream<DynamicTest> rope() {
        return Stream.of(Rope.Pairs.values())
                .flatMap(pairs -> Stream.of(2, 8, 24, 26, 32, 64, 128).flatMap(headDim -> {
                    var samples = new Samples(headDim);
                    var source = samples.strided(37, 3 * headDim);
                    var rope = angles(37, headDim, pairs);
                    return Conformance.compare(
                            "rope",
                            "head " + headDim + " " + pairs,
                            ops -> {
                                var x = ops.empty(37, 3 * headDim + 5).columns(2, 3 * headDim + 2);
                                ops.copy(x, source);
                                ops.rope(x, rope);
                                return x;
                            },
                            // two products of a value below 5 and their sum
                            Conformance.relativeTo(5, 3));
                }));
    }

    @TestFactory
    Stream<DynamicTest> normRope() {
        return Stream.of(Rope.Pairs.values())
                .flatMap(pairs -> Stream.of(2, 8, 24, 26, 32, 64, 128).flatMap(headDim -> normRope(headDim, pairs)));
    }

    private static Stream<DynamicTest> normRope(int headDim, Rope.Pairs pairs) {
        var samples = new Samples(headDim);
        int tokens = 37;
        var source = samples.strided(tokens, 3 * headDim);
        var weight = samples.tensor(headDim);
        var rope = angles(tokens, headDim, pairs);
        return Conformance.compare(
                "normRope",
                "head " + headDim + " " + pairs,
                ops -> {
                    var wide = ops.empty(tokens, 3 * headDim + 5);
                    var x = wide.columns(2, 3 * headDim + 2);
                    ops.copy(x, source);
                    ops.normRope(x, weight, 1e-6f, rope);
                    return x;
                },
                Conformance.relativeTo(25, 10));
    }

    private static Rope angles(int tokens, int headDim, Rope.Pairs pairs) {
        var samples = new Samples(headDim);
        var cos = samples.tensor(tokens, headDim / 2);
        var sin = samples.tensor(tokens, headDim / 2);
        for (int t = 0; t < tokens; t++) {
            for (int i = 0; i < headDim / 2; i++) {
                cos.set(t, i, (float) Math.cos(t * 0.37 + i));
                sin.set(t, i, (float) Math.sin(t * 0.37 + i));
            }
        }
        return new Rope(cos, sin, pairs);
    }

    /** [height, width, channels, groups] */
    @TestFactory
    Stream<DynamicTest> groupNorm() {
        int[][] sizes = {
            {1, 1, 4, 2}, {7, 5, 8, 4}, {33, 31, 16, 2}, {16, 16, 24, 3}, {64, 65, 64, 32}, {3, 207, 512, 32}
        };
        return Stream.of(sizes)
                .flatMap(size -> Stream.of(0f, 1000f).flatMap(mean -> {
                    var samples = new Samples(size[2]);
                    var x = shifted(samples.tensor(size[0], size[1], size[2]), mean);
                    var weight = samples.tensor(size[2]);
                    var bias = samples.tensor(size[2]);
                    return Conformance.compare(
                            "groupNorm",
                            size[0] + " x " + size[1] + " x " + size[2] + " in " + size[3] + " around " + mean,
                            ops -> ops.groupNorm(x, size[3], weight, bias, 1e-6f, Activation.SILU),
                            normed(mean));
                }));
    }

    private static Tensor shifted(Tensor x, float mean) {
        for (int row = 0; row < x.rows(); row++) {
            for (int col = 0; col < x.cols(); col++) {
                x.set(row, col, x.get(row, col) + mean);
            }
        }
        return x;
    }

    /** Normed values and weights stay below 5: 40 roundings of 25, and the mean's own rounding in the deviations. */
    private static Conformance.Bound normed(float mean) {
        return (row, col, expected) -> Conformance.U * (40 * 25 + 5 * 4 * 1e-3 * mean);
    }
}
