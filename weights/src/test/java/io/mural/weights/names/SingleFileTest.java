package io.mural.weights.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.tensor.Matrix;
import io.mural.tensor.Shape;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles.Part;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/** The same transformer, published as a folder of shards and as single files, is the same to a model. */
class SingleFileTest {
    @Test
    void float32HasEqualWeights() {
        compare("flux1-tiny.safetensors", DType.F32, (mine, reference) -> mine.floatValue() == reference);
    }

    @Test
    void bf16HasRoundedWeights() {
        compare(
                "flux1-tiny-bf16.safetensors",
                DType.BF16,
                (mine, reference) -> mine == FloatFormats.bf16ToFloat(FloatFormats.floatToBf16(reference)));
    }

    @Test
    void fp8HasCloseWeights() {
        // Three bits of mantissa: half a step is 1/16 of the value, or of the smallest normal value 2^-6.
        compare(
                "flux1-tiny-fp8.safetensors",
                DType.F8_E4M3,
                (mine, reference) -> Math.abs(mine - reference) <= Math.max(Math.abs(reference), 0x1p-6f) / 16);
    }

    private static void compare(String singleFile, DType dtype, BiPredicate<Float, Float> agree) {
        try (Checkpoint folder = Checkpoint.open(Goldens.FLUX1.resolve("transformer"));
                Checkpoint single = Checkpoint.open(Goldens.SINGLE_FILES.resolve(singleFile))) {
            Weights reference = KeyStyles.weights(folder, Part.TRANSFORMER);
            Weights weights = KeyStyles.weights(single, Part.TRANSFORMER);
            assertThat(folder.tensors()).hasSizeGreaterThan(100);
            for (String name : folder.tensors().keySet()) {
                Shape shape = reference.shape(name);
                assertThat(weights.shape(name)).as(name).isEqualTo(shape);
                if (shape.rank() == 1) {
                    float[] mine = weights.vector(name, shape.cols()).toArray();
                    float[] theirs = reference.vector(name, shape.cols()).toArray();
                    for (int i = 0; i < mine.length; i++) {
                        assertThat(agree.test(mine[i], theirs[i])).as(name).isTrue();
                    }
                } else {
                    Matrix mine = weights.matrix(name, shape.rows(), shape.cols());
                    Matrix theirs = reference.matrix(name, shape.rows(), shape.cols());
                    assertThat(mine.dtype()).as(name).isEqualTo(dtype);
                    assertEqual(name, mine, theirs, agree);
                }
            }
            assertThat(weights.dtype()).isEqualTo(dtype);
            assertThat(weights.unused()).isEmpty();
            assertThat(reference.unused()).isEmpty();
            assertThat(weights.blocks("transformer_blocks")).isEqualTo(2);
            assertThat(weights.blocks("single_transformer_blocks")).isEqualTo(3);
        }
    }

    private static void assertEqual(String name, Matrix mine, Matrix theirs, BiPredicate<Float, Float> agree) {
        for (int row = 0; row < mine.rows(); row++) {
            for (int col = 0; col < mine.cols(); col++) {
                if (!agree.test(mine.get(row, col), theirs.get(row, col))) {
                    fail("%s[%d, %d]: %s and %s", name, row, col, mine.get(row, col), theirs.get(row, col));
                }
            }
        }
    }
}
