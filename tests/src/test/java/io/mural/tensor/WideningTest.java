package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.cpu.VectorOps;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
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

    @ParameterizedTest
    @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ANY, names = "Q\\d_[01K]")
    void blocksOfAnyBits(DType dtype) {
        int rows = 40;
        int cols = 3 * 256;
        var matrix = new Samples(dtype.ordinal()).matrix("blocks", dtype, rows, cols);
        try (var ops = new VectorOps(Workspace.poisoned(), 1)) {
            var widened = ops.embedding(matrix, IntStream.range(0, rows).toArray());
            for (int row = 0; row < rows; row++) {
                for (int col = 0; col < cols; col++) {
                    // the sign of a zero is of no use to anyone
                    assertThat(widened.get(row, col) + 0f)
                            .as("%s [%d, %d]", dtype, row, col)
                            .isEqualTo(matrix.get(row, col) + 0f);
                }
            }
        }
    }
}
