package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.cpu.VectorOps;
import org.junit.jupiter.api.Test;

/** The build runs the tests of this package three times: with the processor's own vectors and with narrower ones. */
class VectorWidthTest {
    @Test
    void vectorsAreNoWiderThanTheBuildAskedFor() {
        int widest = Integer.getInteger("mural.test.widestVector", Integer.MAX_VALUE);
        assertThat(VectorOps.vectorBits()).isBetween(128, widest);
    }
}
