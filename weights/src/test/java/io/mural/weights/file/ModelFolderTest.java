package io.mural.weights.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.names.Goldens;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
    private static final Map<String, Part> COMPONENTS = Map.of(
            "transformer", Part.TRANSFORMER, "vae", Part.VAE, "text_encoder", Part.CLIP, "text_encoder_2", Part.T5);

    @Test
    void opensTheReferenceModel() {
        ModelFolder model = ModelFolder.open(Goldens.FLUX1);
        assertThat(model.className("transformer")).contains("FluxTransformer2DModel");
        assertThat(model.className("image_encoder")).isEmpty();
        assertThat(model.config("transformer").integer("num_layers")).isEqualTo(2);
        assertThat(model.config("scheduler").bool("use_dynamic_shifting")).isTrue();
        assertThat(Json.read(model.file("tokenizer", "vocab.json")).integerMap())
                .hasSize(600);
        assertThat(model.defaults()).isEmpty();
        assertThat(model.has("tokenizer_2")).isTrue();
        assertThat(model.has("tokenizer_3")).isFalse();
        assertThat(model.path()).isEqualTo(Goldens.FLUX1);
    }

    @Test
    void opensTheNanoModel() {
        ModelFolder model = ModelFolder.open(Goldens.MODELS.resolve("mural-nano"));
        assertThat(model.defaults().orElseThrow().integers("native_size")).containsExactly(256, 256);
        assertThat(model.defaults().orElseThrow().object("hierarchical").integer("window"))
                .isEqualTo(4);
        COMPONENTS.forEach((component, part) -> {
            try (Checkpoint checkpoint = model.checkpoint(component)) {
                assertThat(KeyStyles.parts(checkpoint)).as(component).containsOnlyKeys(part);
                assertThat(KeyStyles.weights(checkpoint, part).dtype())
                        .isEqualTo(component.equals("vae") ? DType.F32 : DType.BF16);
            }
        });
    }

    @Test
    void tellsTheComponentsOfTheReferenceModelApart() {
        ModelFolder model = ModelFolder.open(Goldens.FLUX1);
        COMPONENTS.forEach((component, part) -> {
            try (Checkpoint checkpoint = model.checkpoint(component)) {
                assertThat(KeyStyles.parts(checkpoint)).as(component).containsOnlyKeys(part);
            }
        });
    }

    @Test
    void saysWhatIsMissing(@TempDir Path folder) throws Exception {
        Path gone = folder.resolve("gone");
        fails(() -> ModelFolder.open(gone), gone + ": no such folder");
        fails(
                () -> ModelFolder.open(folder),
                folder + ": is no model folder, it holds no model_index.json; give the folder that does");
        Files.writeString(folder.resolve("model_index.json"), "{\"vae\": [null, null], \"transformer\": \"x\"}");
        ModelFolder model = ModelFolder.open(folder);
        assertThat(model.className("vae")).isEmpty();
        fails(
                () -> model.className("transformer"),
                folder.resolve("model_index.json") + ": \"transformer\" should be a library and a class");
        fails(() -> model.component("vae"), folder + ": the folder \"vae\" is missing; download the whole model again");
        Path vae = Files.createDirectory(folder.resolve("vae"));
        fails(() -> model.config("vae"), vae.resolve("config.json") + ": is missing; download the model's folder");
        fails(() -> model.checkpoint("vae"), vae + ": holds no .safetensors or .gguf file");
        Files.writeString(folder.resolve("mural.json"), "{\"steps\": }");
        fails(model::defaults, folder.resolve("mural.json") + ": not valid JSON at line 1, column");
    }

    private static void fails(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(message)
                .message()
                .doesNotContain("\n");
    }
}
