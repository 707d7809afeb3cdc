package io.mural.model.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import org.junit.jupiter.api.Test;

class DeviationTest {
    @Test
    void isTheLargestDifferenceOverTheLargestReference() {
        assertThat(Deviation.of("x", new float[] {1, 2.5f, -4}, new float[] {1, 2, -4}))
                .isEqualTo(0.125);
    }

    @Test
    void aNanIsNeverWithinABound() {
        double error = Deviation.of("x", new float[] {Float.NaN, 1}, new float[] {1, 1});
        assertThat(Outcome.error("c", "n", error, 1e9, 0, "").verdict()).isEqualTo(Outcome.Verdict.FAIL);
    }

    @Test
    void otherSizesAreAnErrorThatNamesBoth() {
        assertThatThrownBy(() -> Deviation.of("sample", new float[2], new float[3]))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("sample has 2 values here but 3");
    }
}
