package io.mural.weights.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every bit pattern that is no number is found, at every place; no other is. */
class NonFiniteTest {
    @TempDir
    Path folder;

    private Optional<NonFinite> find(DType dtype, long[] shape, ByteBuffer data) {
        var file = folder.resolve("x.safetensors");
        new SafetensorsWriter()
                .add("x", dtype, shape, MemorySegment.ofBuffer(data.clear()))
                .write(file);
        try (var checkpoint = Checkpoint.open(file)) {
            return NonFinite.in(checkpoint, checkpoint.info("x"));
        }
    }

    private static ByteBuffer zeros(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16", "F8_E4M3", "F8_E5M2"})
    void allPatternsOfShortFormats(DType dtype) {
        int patterns = 1 << 8 * dtype.bytes();
        var all = zeros(patterns * dtype.bytes());
        int expected = 0;
        int first = -1;
        for (int i = 0; i < patterns; i++) {
            if (dtype.bytes() == 1) {
                all.put(i, (byte) i);
            } else {
                all.putShort(2 * i, (short) i);
            }
        }
        var file = folder.resolve("all.safetensors");
        new SafetensorsWriter()
                .add("x", dtype, new long[] {patterns}, MemorySegment.ofBuffer(all.clear()))
                .write(file);
        try (var checkpoint = Checkpoint.open(file)) {
            float[] values = checkpoint.floats("x");
            for (int i = 0; i < patterns; i++) {
                if (!Float.isFinite(values[i])) {
                    first = first < 0 ? i : first;
                    expected++;
                }
            }
        }
        var found = find(dtype, new long[] {patterns}, all).orElseThrow();
        assertThat(found.count()).isEqualTo(expected).isPositive();
        assertThat(found.first()).isEqualTo(first);
        assertThat(Float.isFinite(found.value())).isFalse();
    }

    @Test
    void float32AndFloat64AtEveryPlace() {
        var random = new Random(3);
        for (int at = 0; at < 7; at++) {
            var floats = zeros(7 * 4);
            var doubles = zeros(7 * 8);
            for (int i = 0; i < 7; i++) {
                floats.putFloat(4 * i, random.nextBoolean() ? Float.MAX_VALUE : -Float.MIN_VALUE);
                doubles.putDouble(8 * i, random.nextGaussian());
            }
            assertThat(find(DType.F32, new long[] {7}, floats)).isEmpty();
            assertThat(find(DType.F64, new long[] {7}, doubles)).isEmpty();
            floats.putFloat(4 * at, Float.NEGATIVE_INFINITY);
            doubles.putDouble(8 * at, Double.NaN);
            assertThat(find(DType.F32, new long[] {7}, floats).orElseThrow().first())
                    .isEqualTo(at);
            assertThat(find(DType.F64, new long[] {7}, doubles).orElseThrow().first())
                    .isEqualTo(at);
        }
    }

    @Test
    void thePlaceIsGivenInTheTensorsShape() {
        var data = zeros(2 * 3 * 5 * 4);
        data.putFloat(4 * (1 * 15 + 2 * 5 + 4), Float.NaN);
        var found = find(DType.F32, new long[] {2, 3, 5}, data).orElseThrow();
        assertThat(found.position()).isEqualTo(List.of(1L, 2L, 4L));
        assertThat(found.value()).isNaN();
    }

    /** The offsets of the scales, by the layouts of GGUF. */
    @ParameterizedTest
    @CsvSource({
        "Q8_0, 0",
        "Q4_0, 0",
        "Q4_1, 2",
        "Q5_0, 0",
        "Q5_1, 2",
        "Q4_K, 2",
        "Q5_K, 0",
        "Q6_K, 208",
        "Q3_K, 108",
        "Q2_K, 82"
    })
    void scalesOfBlocks(DType dtype, int offset) {
        int blocks = 5;
        var data = zeros(blocks * dtype.blockBytes());
        var tensor = new TensorInfo(
                "x", dtype, List.of((long) blocks * dtype.blockSize()), Path.of("x"), 0, data.capacity());
        assertThat(NonFinite.of(tensor, MemorySegment.ofBuffer(data.clear()))).isEmpty();
        data.putShort(3 * dtype.blockBytes() + offset, (short) 0x7c00);
        var found = NonFinite.of(tensor, MemorySegment.ofBuffer(data.clear())).orElseThrow();
        assertThat(found.first()).isEqualTo(3L * dtype.blockSize());
        assertThat(found.count()).isEqualTo(1);
        assertThat(Float.isFinite(found.value())).isFalse();
    }
}
