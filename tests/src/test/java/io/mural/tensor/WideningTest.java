package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.cpu.VectorOps;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every bit pattern of the short formats, widened by the vector kernels, equals {@link Matrix#get} to the bit. */
class WideningTest {
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16", "F8_E4M3", "F8_E5M2"})
    void everyPattern(DType dtype) {
        int patterns = 1 << 8 * dtype.bytes();
        int cols = 256;
        var data = Arena.ofAuto().allocate((long) patterns * dtype.bytes());
        for (int i = 0; i < patterns; i++) {
            if (dtype.bytes() == 2) {
                data.set(Matrix.F16_LAYOUT, 2L * i, (short) i);
            } else {
                data.set(ValueLayout.JAVA_BYTE, i, (byte) i);
            }
        }
        float scale = dtype.bytes() == 1 ? 0.75f : 1;
        var matrix = Matrix.of("patterns", dtype, patterns / cols, cols, data, scale);
        var ids = new int[patterns / cols];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i;
        }
        try (var ops = new VectorOps(Workspace.poisoned(), 1)) {
            var widened = ops.embedding(matrix, ids);
            for (int i = 0; i < patterns; i++) {
                float expected = matrix.get(i / cols, i % cols);
                float actual = widened.get(i / cols, i % cols);
                // floatToIntBits: one NaN is as good as another
                assertThat(Float.floatToIntBits(actual))
                        .as("%s pattern %x: expected %s, actual %s", dtype, i, expected, actual)
                        .isEqualTo(Float.floatToIntBits(expected));
            }
        }
    }
}
