package io.mural.weights.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Fp8MarksTest {
    private static final String QKV = "double_blocks.0.img_attn.qkv";
    private static final byte ONE = 0x38; // 1.0 in E4M3

    @TempDir
    Path folder;

    /** A single file with one fused layer of three matrices [2, 2]. */
    private Weights weights(String mark) throws IOException {
        var file = new RawTensors()
                .floats("img_in.weight", "[2,2]", 1, 2, 3, 4)
                .add(QKV + ".weight", "F8_E4M3", "[6,2]", ONE, ONE, ONE, ONE, ONE, ONE, ONE, ONE, ONE, ONE, ONE, ONE)
                .floats(QKV + ".weight_scale", "[]", 0.5f)
                .floats(QKV + ".input_scale", "[1]", 3)
                .text(QKV + ".comfy_quant", mark)
                .text("img_in.comfy_quant", "{\"format\":\"float8_e4m3fn\"}")
                .add("scaled_fp8", "F8_E4M3", "[0]")
                .write(folder.resolve("a.safetensors"));
        return KeyStyles.weights(Checkpoint.open(file), KeyStyles.Part.TRANSFORMER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"format\": \"float8_e4m3fn\"}",
                "{\"format\":\"float8_e5m2\",\"full_precision_matrix_mult\":true}"
            })
    void theMarkOnlySaysWhatTheWeightsAre(String mark) throws IOException {
        var weights = weights(mark);
        for (var part : new String[] {"to_q", "to_k", "to_v"}) {
            assertThat(weights.matrix("transformer_blocks.0.attn." + part + ".weight", 2, 2)
                            .get(1, 1))
                    .isEqualTo(0.5f);
        }
        weights.matrix("x_embedder.weight", 2, 2);
        assertThat(weights.unused()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nvfp4", "mxfp8", "int8_tensorwise"})
    void otherFormatsAreRefusedByName(String format) throws IOException {
        var weights = weights("{\"format\": \"" + format + "\"}");
        assertThatThrownBy(() -> weights.matrix("transformer_blocks.0.attn.to_k.weight", 2, 2))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("transformer_blocks.0.attn.to_k is stored as " + format);
    }

    @Test
    void aMarkThatIsNoneIsDamage() throws IOException {
        for (var mark : new String[] {"", "{}", "nvfp4", "[1]"}) {
            var weights = weights(mark);
            assertThatThrownBy(() -> weights.matrix("transformer_blocks.0.attn.to_q.weight", 2, 2))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("comfy_quant");
        }
    }

    @Test
    void aBiasOfNaNIsNamed() throws IOException {
        var file = new RawTensors().floats("a.bias", "[3]", 1, 2, Float.NaN).write(folder.resolve("b.safetensors"));
        try (var checkpoint = Checkpoint.open(file)) {
            var weights = Weights.of(checkpoint);
            assertThatThrownBy(() -> weights.vector("a.bias", 3))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("a.bias holds NaN at 2");
        }
    }
}
