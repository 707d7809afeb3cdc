package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mural.tensor.cpu.ScalarOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Gradients of programs, judged by the difference of two results: {@code (f(x + h u) - f(x - h u)) / 2h = <grad, u>}. */
class TapeTest {
    private static final double H = 1e-2;

    private final Random random = new Random(5);

    private float[] normal(int count) {
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Checks a program of one input [rows, cols]. */
    private void judge(int depth, int rows, int cols, BiFunction<Ops, Tensor, Tensor> program) {
        var x = normal(rows * cols);
        var u = normal(rows * cols);
        var dy = new ArrayList<float[]>();
        double product = 0;
        try (var ops = new TapeOps(new ScalarOps(Workspace.poisoned()), depth)) {
            var gradient = new ArrayList<float[]>();
            ops.pass(() -> {
                var input = ops.tensor(x, rows, cols);
                ops.watch(input);
                var y = program.apply(ops, input);
                dy.add(normal(Math.toIntExact(y.shape().size())));
                ops.backward(y, ops.tensor(dy.getFirst(), y.shape().toArray()));
                gradient.add(ops.gradientOf(input));
            });
            for (int i = 0; i < u.length; i++) {
                product += (double) gradient.getFirst()[i] * u[i];
            }
        }
        double ahead = value(x, u, H, rows, cols, program, dy.getFirst());
        double behind = value(x, u, -H, rows, cols, program, dy.getFirst());
        // The second difference of these programs is some tens; float32 adds 1e-6 / H.
        assertThat(product).isCloseTo((ahead - behind) / (2 * H), within(2e-3 * Math.max(1, Math.abs(product))));
    }

    private static double value(
            float[] x, float[] u, double h, int rows, int cols, BiFunction<Ops, Tensor, Tensor> program, float[] dy) {
        var moved = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            moved[i] = (float) (x[i] + h * u[i]);
        }
        try (var ops = new ScalarOps(Workspace.poisoned())) {
            var y = ops.read(program.apply(ops, ops.tensor(moved, rows, cols)));
            double sum = 0;
            for (int i = 0; i < y.length; i++) {
                sum += (double) y[i] * dy[i];
            }
            return sum;
        }
    }

    private static Tensor copy(Ops ops, Tensor x) {
        var copy = ops.empty(x.rows(), x.cols());
        ops.copy(copy, x);
        return copy;
    }

    @Test
    void aValueThatIsOverwrittenLaterIsKept() {
        judge(TapeOps.EVERYTHING, 5, 6, (ops, x) -> {
            var y = copy(ops, x);
            var z = copy(ops, x);
            ops.multiply(y, z); // needs z
            ops.activate(z, Activation.SILU); // changes z
            ops.multiply(z, y); // needs y
            ops.activate(y, Activation.GELU_TANH); // changes y
            ops.add(z, y);
            return z;
        });
    }

    @Test
    void partsOfAWiderTensorHaveGradientsOfTheirOwn() {
        judge(TapeOps.EVERYTHING, 4, 6, (ops, x) -> {
            var wide = ops.empty(4, 12);
            ops.copy(wide.columns(0, 6), x);
            ops.copy(wide.columns(6, 12), x);
            ops.activate(wide.columns(6, 12), Activation.QUICK_GELU);
            ops.multiply(wide.columns(0, 6), wide.columns(6, 12));
            return ops.rmsNorm(wide, ones(ops, 12), 1e-3f);
        });
    }

    @Test
    void whatIsOverwrittenGetsNothingFromWhatComesAfter() {
        judge(TapeOps.EVERYTHING, 3, 4, (ops, x) -> {
            var y = copy(ops, x);
            ops.activate(y, Activation.SILU);
            var used = copy(ops, y);
            ops.copy(y.rows(0, 2), ops.tensor(new float[8], 2, 4)); // two of three rows go
            ops.multiply(used, y);
            ops.add(used, y);
            return used;
        });
    }

    @Test
    void gatesAndRowsAreSummedOverTheirRows() {
        judge(TapeOps.EVERYTHING, 1, 6, (ops, gate) -> {
            var x = ops.tensor(constants(30), 5, 6);
            var y = ops.tensor(constants(30), 5, 6);
            ops.addGated(x, gate, y);
            ops.add(x, gate);
            return ops.modulatedNorm(x, gate, gate, 1e-3f);
        });
    }

    @Test
    void unitsThatRunAgainSeeWhatTheySawBefore() {
        judge(TapeOps.EVERYTHING, 5, 6, TapeTest::model);
        judge(TapeOps.BLOCKS, 5, 6, TapeTest::model);
    }

    private static Tensor model(Ops ops, Tensor x) {
        return ops.unit("model", () -> {
            var y = copy(ops, x);
            for (int i = 0; i < 3; i++) {
                ops.unit("block." + i, () -> {
                    var normed = ops.rmsNorm(y, ones(ops, 6), 1e-3f);
                    ops.unit("inside", () -> ops.activate(normed, Activation.SILU));
                    ops.multiply(y, normed);
                });
            }
            var made = ops.unit("last", () -> {
                var out = copy(ops, y);
                ops.activate(out, Activation.GELU_TANH);
                return out;
            });
            ops.add(made, y);
            return made;
        });
    }

    @Test
    void attentionOfSharedKeysOverRuns() {
        var layout = AttentionLayout.of(
                7,
                List.of(
                        new AttentionLayout.Block(0, 2, List.of(new AttentionLayout.Run(0, 7))),
                        new AttentionLayout.Block(
                                2, 5, List.of(new AttentionLayout.Run(1, 3), new AttentionLayout.Run(5, 6)))));
        judge(TapeOps.EVERYTHING, 7, 4, (ops, x) -> {
            var q = ops.empty(5, 8);
            ops.copy(q.columns(0, 4), x.rows(0, 5));
            ops.copy(q.columns(4, 8), x.rows(2, 7));
            var out = ops.empty(5, 8);
            ops.attention(new AttentionCall(out, q, x, x, 2, 0.5f, layout, Optional.empty()));
            return out;
        });
    }

    @Test
    void normsAndRotationsInPlaceAndMixedRows() {
        judge(TapeOps.EVERYTHING, 3, 4, (ops, x) -> {
            var y = copy(ops, x);
            ops.rmsNorm(y, y, ones(ops, 4), 1e-3f);
            ops.rope(y, new Rope(ops.tensor(constants(6), 3, 2), ops.tensor(constants(6), 3, 2), Rope.Pairs.HALVES));
            ops.multiply(y, x);
            return ops.mixRows(y, RowMix.means(3, new int[][] {{0, 1}, {1, 2}, {0, 1, 2}, {2}}));
        });
    }

    private static Tensor ones(Ops ops, int count) {
        var ones = new float[count];
        java.util.Arrays.fill(ones, 1);
        return ops.tensor(ones, count);
    }

    private static float[] constants(int count) {
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (i * 7 % 11 - 5) / 4f;
        }
        return values;
    }
}
