package io.mural.weights.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.LowRank;
import io.mural.tensor.Matrix;
import io.mural.tensor.Shape;
import io.mural.tensor.Tensor;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsTest {
    @TempDir
    Path folder;

    private Path file;
    private Checkpoint checkpoint;
    private Weights weights;

    @BeforeEach
    void open() {
        file = folder.resolve("x.safetensors");
        byte[] e4m3 = {0x38, 0x40, (byte) 0xb8, 0x00}; // 1, 2, -1, 0
        new SafetensorsWriter()
                .add("blocks.0.fc.weight", new long[] {2, 3}, 1, 2, 3, 4, 5, 6)
                .add("blocks.0.fc.bias", new long[] {2}, 7, 8)
                .add("blocks.1.fc.weight", new long[] {2, 3}, 1, 2, 3, 4, 5, 6)
                .add("square.weight", new long[] {2, 2, 1, 1}, 1, 2, 3, 4)
                .add("conv.weight", new long[] {1, 2, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8)
                .add("conv.bias", new long[] {1}, 9)
                .add("gap.0.x", new long[] {1}, 0)
                .add("gap.2.x", new long[] {1}, 0)
                .add("ids.weight", DType.I8, new long[] {2, 2}, MemorySegment.ofArray(new byte[4]))
                .add("half", DType.BF16, new long[] {2}, MemorySegment.ofArray(new short[] {0x3f80, 0x4000}))
                .add("fp8.weight", DType.F8_E4M3, new long[] {2, 2}, MemorySegment.ofArray(e4m3))
                .add("fp8.scale_weight", new long[] {}, 0.5f)
                .add("rows.weight", DType.F8_E4M3, new long[] {2, 2}, MemorySegment.ofArray(e4m3))
                .add("rows.weight_scale", new long[] {2}, 0.5f, 0.5f)
                .add("odd.weight", new long[] {1, 1}, 1)
                .add("odd.scale_weight", new long[] {1}, 2)
                .add("scalar", new long[] {}, 1)
                .write(file);
        checkpoint = Checkpoint.open(file);
        weights = Weights.of(checkpoint);
    }

    @AfterEach
    void close() {
        checkpoint.close();
    }

    @Test
    void viewsMatricesInTheFile() {
        var matrix = weights.under("blocks.0").matrix("fc.weight", 2, 3);
        assertThat(matrix.name()).isEqualTo("blocks.0.fc.weight");
        assertThat(matrix.dtype()).isEqualTo(DType.F32);
        assertThat(matrix.get(1, 2)).isEqualTo(6);
        assertThat(matrix.data().isReadOnly()).isTrue();
        assertThat(weights.matrix("square.weight", 2, 2).get(1, 0)).isEqualTo(3);
    }

    @Test
    void widensVectors() {
        assertThat(weights.vector("half", 2).toArray()).containsExactly(1, 2);
    }

    @Test
    void buildsLayers() {
        var linear = weights.under("blocks").under("0").linear("fc", 3, 2);
        assertThat(linear.bias().orElseThrow().toArray()).containsExactly(7, 8);
        assertThat(linear.adapters()).isEmpty();
        assertThat(weights.linearNoBias("blocks.1.fc", 3, 2).bias()).isEmpty();
        var conv = weights.conv("conv", 2, 1, 2);
        assertThat(conv.weight().get(0, 7)).isEqualTo(8);
        assertThat(conv.bias().orElseThrow().toArray()).containsExactly(9);
    }

    @Test
    void takesLowRankMatricesFromMemory() {
        var lowRank = new LowRank(matrix("down", 1, 3, 1, 2, 3), matrix("up", 2, 1, 4, 5), 0.5f);
        var adapted = weights.under("blocks").with(Map.of("0.fc", lowRank));
        assertThat(adapted.linear("0.fc", 3, 2).adapters()).containsExactly(lowRank);
        assertThat(adapted.under("0")
                        .with(Map.of("fc", lowRank))
                        .linear("fc", 3, 2)
                        .adapters())
                .containsExactly(lowRank, lowRank);
        assertThat(adapted.linearNoBias("1.fc", 3, 2).adapters()).isEmpty();
        assertThat(weights.linear("blocks.0.fc", 3, 2).adapters()).isEmpty();
        fails(
                () -> weights.under("blocks").with(Map.of("7.fc", lowRank)),
                file + ": there is no layer blocks.7.fc to put low-rank matrices beside");
    }

    @Test
    void readsTheCallersMemoryInThePlaceOfTheFiles() {
        var weight = tensor(10, 20, 30, 40, 50, 60);
        var bias = tensor(70, 80);
        var own = weights.under("blocks.0").replacing(Map.of("fc.weight", weight, "fc.bias", bias));
        var linear = own.linear("fc", 3, 2);
        weight.set(0, 5, 61);
        assertThat(linear.weight().get(1, 2)).isEqualTo(61);
        assertThat(linear.bias().orElseThrow().toArray()).containsExactly(70, 80);
        assertThat(weights.replacing(Map.of("conv.weight", tensor(1, 1, 1, 1, 1, 1, 1, 2)))
                        .conv("conv", 2, 1, 2)
                        .weight()
                        .get(0, 7))
                .isEqualTo(2);
        // a type with a scale beside it in the file has none in memory
        assertThat(weights.replacing(Map.of("fp8.weight", tensor(1, 2, 3, 4)))
                        .matrix("fp8.weight", 2, 2)
                        .get(1, 1))
                .isEqualTo(4);
        assertThat(weights.linear("blocks.0.fc", 3, 2).weight().get(1, 2)).isEqualTo(6);
        fails(
                () -> weights.replacing(Map.of("half", tensor(1, 2, 3))),
                file + ": half is [2]; [3] values cannot take its place");
    }

    private static Tensor tensor(float... values) {
        return Tensor.of(MemorySegment.ofArray(values), Shape.of(values.length));
    }

    private static Matrix matrix(String name, int rows, int cols, float... values) {
        return Matrix.of(name, DType.F32, rows, cols, MemorySegment.ofArray(values), 1);
    }

    @Test
    void appliesTheScaleOfAnFp8Tensor() {
        var matrix = weights.matrix("fp8.weight", 2, 2);
        assertThat(matrix.scale()).isEqualTo(0.5f);
        assertThat(matrix.get(0, 1)).isEqualTo(1);
        assertThat(matrix.get(1, 0)).isEqualTo(-0.5f);
    }

    @Test
    void refusesOtherScales() {
        fails(
                () -> weights.matrix("rows.weight", 2, 2),
                file + ": rows.weight_scale is [2], but only one scale for a whole tensor is supported");
        fails(
                () -> weights.matrix("odd.weight", 1, 1),
                file + ": odd.scale_weight is 2.0, which is no scale for a F32 tensor");
    }

    @Test
    void countsBlocks() {
        assertThat(weights.blocks("blocks")).isEqualTo(2);
        assertThat(weights.blocks("none")).isZero();
        assertThat(weights.under("blocks").blocks("0")).isZero();
        fails(() -> weights.blocks("gap"), file + ": the block gap.1 is missing, but there is one numbered 2");
    }

    @Test
    void namesWhatIsWrong() {
        fails(
                () -> weights.linear("blocks.1.fc", 3, 2),
                file + ": the tensor blocks.1.fc.bias is missing; the file is incomplete or of another model");
        fails(
                () -> weights.linear("blocks.0.fc", 4, 2),
                file + ": blocks.0.fc.weight is [2, 3], expected [2, 4]; the weights do not belong to this config");
        fails(() -> weights.vector("half", 3), file + ": half is [2], expected [3]");
        fails(() -> weights.conv("conv", 2, 1, 3), file + ": conv.weight is [1, 2, 2, 2], expected [1, 2, 3, 3]");
        fails(() -> weights.matrix("ids.weight", 2, 2), file + ": ids.weight is I8, expected floating-point weights");
        fails(() -> weights.shape("scalar"), file + ": scalar is [], which is no shape for weights");
    }

    @Test
    void tellsShapesAndSizes() {
        assertThat(weights.shape("conv.weight")).isEqualTo(Shape.of(1, 2, 2, 2));
        assertThat(weights.has("conv.weight")).isTrue();
        assertThat(weights.under("conv").has("weight")).isTrue();
        assertThat(weights.has("weight")).isFalse();
        assertThat(weights.under("conv").bytes()).isEqualTo(36);
        assertThat(weights.dtype()).isEqualTo(DType.F32);
        assertThat(weights.under("fp8").under("weight").bytes()).isZero();
    }

    @Test
    void reportsWhatNothingAskedFor() {
        weights.under("blocks.0").linear("fc", 3, 2);
        weights.matrix("fp8.weight", 2, 2);
        assertThat(weights.under("blocks").unused()).containsExactly("blocks.1.fc.weight");
        assertThat(weights.unused()).contains("scalar").doesNotContain("fp8.scale_weight", "blocks.0.fc.bias");
    }

    private static void fails(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(message)
                .message()
                .doesNotContain("\n");
    }
}
