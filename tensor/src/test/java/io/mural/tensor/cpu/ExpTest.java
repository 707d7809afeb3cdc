package io.mural.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.Activation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ExpTest {
    /** What docs/numerics.md promises. */
    private static final double BOUND = 1.5e-7;

    @Test
    void powersOfTwo() {
        var x = new float[Lanes.LANES];
        double worst = 0;
        for (float at = -126; at < 0; at += 0.00037f) {
            Arrays.fill(x, at);
            Exp.exp2(x, 0, x.length, 0, new float[Lanes.LANES], 0);
            worst = Math.max(worst, Math.abs(x[0] / Math.pow(2, at) - 1));
            assertThat(Exp.exp2(at)).isEqualTo(x[0]);
        }
        assertThat(worst).isLessThan(BOUND);
    }

    @Test
    void theirSumIsAddedToWhatWasThere() {
        var x = new float[2 * Lanes.LANES];
        var sums = new float[Lanes.LANES];
        sums[0] = 5;
        Arrays.fill(x, 3);
        Exp.exp2(x, 0, x.length, 4, sums, 0);
        assertThat(x).containsOnly(0.5f);
        assertThat(Lanes.sum(sums, 0)).isEqualTo(5 + Lanes.LANES);
    }

    /** x / (1 + e^-x) shows the error of e^-x where it is not small beside 1. */
    @Test
    void powersOfE() {
        var x = new float[Lanes.LANES];
        double worst = 0;
        for (float at = -87; at < 0; at += 0.00037f) {
            Arrays.fill(x, at);
            Exp.apply(Activation.SILU, x, 0, x.length);
            worst = Math.max(worst, Math.abs(x[0] / (at / (1 + Math.exp(-at))) - 1));
        }
        // one addition and one division beside the power
        assertThat(worst).isLessThan(BOUND + 2 * 0x1p-24);
    }

    @Test
    void theEndsAreClampedAndNanStays() {
        assertThat(Exp.exp2(0)).isEqualTo(1);
        assertThat(Exp.exp2(Float.NEGATIVE_INFINITY)).isEqualTo(0x1p-126f);
        assertThat(Exp.exp2(Float.NaN)).isNaN();
        var x = new float[Lanes.LANES];
        x[0] = Float.NEGATIVE_INFINITY;
        x[1] = Float.NaN;
        Exp.exp2(x, 0, x.length, 0, new float[Lanes.LANES], 0);
        assertThat(x[0]).isEqualTo(0x1p-126f);
        assertThat(x[1]).isNaN();
        for (var f : Activation.values()) {
            x[0] = -1e30f;
            x[1] = Float.NaN;
            x[2] = 1e30f;
            Exp.apply(f, x, 0, x.length);
            assertThat(x[0]).isEqualTo(f == Activation.NONE ? -1e30f : x[0]).isLessThanOrEqualTo(0);
            assertThat(x[1]).isNaN();
            assertThat(x[2]).isEqualTo(1e30f);
        }
    }
}
