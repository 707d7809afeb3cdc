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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraFaultsTest {
    private static final String LAYER = "transformer_blocks.0.attn.to_q";
    private static final String DOWN = "transformer." + LAYER + ".lora_A.weight";
    private static final String UP = "transformer." + LAYER + ".lora_B.weight";

    @TempDir
    Path folder;

    private Checkpoint model() throws IOException {
        return Checkpoint.open(new RawTensors()
                .floats(LAYER + ".weight", "[2,3]", 1, 2, 3, 4, 5, 6)
                .write(folder.resolve("model.safetensors")));
    }

    private static RawTensors layer(float down, float up) {
        return new RawTensors().floats(DOWN, "[1,3]", 1, down, 1).floats(UP, "[2,1]", up, 2);
    }

    private Lora lora(RawTensors tensors) throws IOException {
        return Lora.open(tensors.write(folder.resolve("style.safetensors")));
    }

    @Test
    void whatNoLayerNeedsIsNamedAndLeftOut() throws IOException {
        var tensors = new RawTensors()
                .add("global_step", "U64", "[]", new byte[8])
                .add("mask", "C64", "[1]", new byte[8])
                .add("flag", "U8", "[1]", new byte[1])
                .floats(DOWN, "[1,3]", 1, 1, 1)
                .floats(UP, "[2,1]", 1, 2);
        try (var model = model();
                var lora = lora(tensors)) {
            var weights = Weights.of(model);
            assertThat(lora.layers(weights)).containsExactly(LAYER);
            assertThat(String.join("\n", lora.notes(weights)))
                    .contains("not applied, of a type that is not supported: global_step (U64), mask (C64)");
            // The matrices begin at odd bytes here.
            assertThat(weights.merged(lora, 1).matrix(LAYER + ".weight", 2, 3).get(1, 2))
                    .isEqualTo(8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"U16", "F8_E8M0"})
    void aLayerOfAnUnsupportedTypeIsRefusedByName(String type) {
        int bytes = type.equals("U16") ? 6 : 3;
        var tensors = new RawTensors().add(DOWN, type, "[1,3]", new byte[bytes]).floats(UP, "[2,1]", 1, 2);
        assertThatThrownBy(() -> lora(tensors))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"" + DOWN + "\" is " + type);
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, 1, lora_A, NaN at '[0, 1]'",
        "1, NaN, lora_B, NaN at '[0, 0]'",
        "-Infinity, 1, lora_A, -Infinity at"
    })
    void whatIsNoNumberIsRefusedByName(float down, float up, String name, String value) throws IOException {
        try (var model = model();
                var lora = lora(layer(down, up))) {
            var weights = Weights.of(model);
            for (boolean merged : new boolean[] {true, false}) {
                assertThatThrownBy(() -> {
                            if (merged) {
                                weights.merged(lora, 1);
                            } else {
                                weights.with(lora, 1);
                            }
                        })
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining(name)
                        .hasMessageContaining("holds " + value.replace("'", ""));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e308, -1e39, Double.POSITIVE_INFINITY, Double.NaN})
    void aScaleBeyondAllNumbersIsRefused(double scale) throws IOException {
        try (var model = model();
                var lora = lora(layer(1, 1))) {
            var weights = Weights.of(model);
            assertThatThrownBy(() -> weights.with(lora, scale))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("style.safetensors: a scale of " + scale);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora_te1_text_model_encoder_layers_0_mlp_fc1",
                "text_encoder.text_model.encoder.layers.0.mlp.fc1"
            })
    void aLoraForATextEncoderAloneIsSaidToBeOne(String layer) throws IOException {
        var tensors = new RawTensors()
                .floats(layer + ".lora_down.weight", "[1,3]", 1, 1, 1)
                .floats(layer + ".lora_up.weight", "[2,1]", 1, 1)
                .add("step", "I64", "[]", new byte[8]);
        try (var model = model();
                var lora = lora(tensors)) {
            var weights = Weights.of(model);
            assertThatThrownBy(() -> lora.layers(weights))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("adapts text encoders only");
        }
    }

    @Test
    void otherMethodsAreNamed() throws IOException {
        var kronecker = new RawTensors()
                .floats("lycoris_transformer_blocks_0_attn_to_q.lokr_w1", "[1,1]", 1)
                .floats("lycoris_transformer_blocks_0_attn_to_q.lokr_w2", "[2,3]", 1, 1, 1, 1, 1, 1);
        try (var lora = lora(kronecker)) {
            assertThat(lora.summary().methods()).containsExactly("LoKr");
            assertThat(lora.summary().layers()).isEqualTo(1);
        }
        try (var file = Checkpoint.open(folder.resolve("style.safetensors"))) {
            assertThat(Lora.isOne(file)).isTrue();
        }
        try (var lora = lora(layer(1, 1).floats("transformer." + LAYER + ".dora_scale", "[2]", 1, 1))) {
            assertThat(lora.summary().methods()).containsExactly("DoRA");
        }
    }

    @Test
    void otherWeightsOfTheSameSizeHaveAnotherFingerprint() throws IOException {
        var values = new float[3000];
        var file = folder.resolve("a.safetensors");
        new RawTensors().floats("x", "[3000]", values).write(file);
        try (var one = Checkpoint.open(file);
                var again = Checkpoint.open(file)) {
            assertThat(again.fingerprint()).isEqualTo(one.fingerprint());
            for (int at : new int[] {0, 1500, 2999}) {
                var changed = values.clone();
                changed[at] = 1;
                try (var other = Checkpoint.open(
                        new RawTensors().floats("x", "[3000]", changed).write(folder.resolve("b.safetensors")))) {
                    assertThat(other.fingerprint()).as("%s", at).isNotEqualTo(one.fingerprint());
                }
            }
        }
    }
}
