package io.mural.weights.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtherModelsTest {
    @TempDir
    Path folder;

    /** A file of such names, each of one number. */
    private Checkpoint file(String... names) throws IOException {
        var tensors = new RawTensors();
        for (var name : names) {
            tensors.floats(name, "[1]", 1);
        }
        return Checkpoint.open(tensors.write(folder.resolve("a.safetensors")));
    }

    @ParameterizedTest
    @CsvSource({
        "img_in.weight, distilled_guidance_layer.in_proj.weight, Chroma",
        "model.diffusion_model.img_in.weight, model.diffusion_model.distilled_guidance_layer.norms.0.scale, Chroma",
        "x_embedder.weight, distilled_guidance_layer.out_proj.bias, Chroma",
        "img_in.weight, nerf_blocks.0.weight, Chroma Radiance",
        "x_embedder.weight, cap_pad_token, Z-Image",
        "x_embedder.weight, all_x_embedder.2-1.weight, Z-Image",
        "x_embedder.weight, controlnet_blocks.0.weight, a ControlNet",
        "img_in.weight, input_hint_block.0.weight, a ControlNet",
        "redux_up.weight, redux_down.weight, FLUX.1 Redux",
        "x_embedder.proj.weight, joint_blocks.0.x_block.attn.qkv.weight, Stable Diffusion 3",
    })
    void modelsThatLookLikeFluxAreNamed(String one, String two, String name) throws IOException {
        try (var file = file(one, two)) {
            assertThat(OtherModels.model(file)).contains(name);
            assertThat(KeyStyles.parts(file)).isEmpty();
            assertThatThrownBy(() -> KeyStyles.weights(file, KeyStyles.Part.TRANSFORMER))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("holds no FLUX.1 transformer but " + name);
        }
    }

    @Test
    void qwenImageIsNamed() throws IOException {
        try (var file =
                file("img_in.weight", "txt_in.weight", "txt_norm.weight", "transformer_blocks.0.img_mod.1.weight")) {
            assertThat(OtherModels.model(file)).contains("Qwen-Image");
        }
    }

    @Test
    void fluxItselfIsNoneOfThem() throws IOException {
        try (var file = file(
                "x_embedder.weight",
                "context_embedder.weight",
                "transformer_blocks.0.norm1.linear.weight",
                "single_transformer_blocks.0.norm.linear.weight",
                "transformer_blocks.0.norm1.linear.weight_scale")) {
            assertThat(OtherModels.model(file)).isEmpty();
            assertThat(OtherModels.format(file)).isEmpty();
            assertThat(KeyStyles.parts(file)).containsOnlyKeys(KeyStyles.Part.TRANSFORMER);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a.weight.quant_state.bitsandbytes__nf4, a.weight.absmax, nf4 of bitsandbytes",
        "a.weight.quant_state.bitsandbytes__fp4, a.weight.absmax, fp4 of bitsandbytes",
        "a.SCB, a.weight_format, int8 of bitsandbytes",
        "a.qweight, a.wscales, SVDQuant",
        "a.qweight, a.qzeros, GPTQ or AWQ",
        "a.weight._data, a.weight._scale, quanto",
        "a.weight_scale, a.weight_scale_2, NVFP4",
    })
    void formatsAreNamedWithTheRemedy(String one, String two, String name) throws IOException {
        try (var file = file("x_embedder.weight", one, two)) {
            assertThatThrownBy(() -> KeyStyles.weights(file, KeyStyles.Part.TRANSFORMER))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("is quantized by " + name)
                    .hasMessageEndingWith("use the model in bf16, fp8 or GGUF");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FluxPriorReduxPipeline, Redux",
        "FluxControlNetImg2ImgPipeline, ControlNet",
        "QwenImageEditPlusPipeline, Qwen-Image",
        "StableDiffusionXLPipeline, Stable Diffusion XL",
    })
    void pipelinesAreNamed(String className, String words) {
        assertThat(OtherModels.pipeline(className))
                .hasValueSatisfying(name -> assertThat(name).contains(words));
        assertThat(OtherModels.pipeline("FluxPipeline")).isEmpty();
        assertThat(OtherModels.pipeline("FluxFillPipeline")).isEmpty();
        assertThat(OtherModels.pipeline("FluxControlPipeline")).isEmpty();
        assertThat(OtherModels.pipeline("Flux2KleinPipeline")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"quant_method\":\"bitsandbytes\",\"load_in_4bit\":true,\"bnb_4bit_quant_type\":\"nf4\"};bitsandbytes"
                        + " (nf4)",
                "{\"quant_method\":\"bitsandbytes\",\"load_in_8bit\":true};bitsandbytes (int8)",
                "{\"quant_method\":\"torchao\",\"quant_type\":{\"default\":{}}};torchao",
                "{\"weights_dtype\":\"int8\",\"quant_method\":\"quanto\"};quanto",
            })
    void aConfigThatStatesAQuantizationIsTakenAtItsWord(String stated, String name) {
        var config = Json.parse("config.json", "{\"quantization_config\":" + stated + "}");
        assertThat(OtherModels.quantization(config))
                .hasValueSatisfying(words -> assertThat(words).startsWith("is quantized by " + name + ", which"));
        assertThat(OtherModels.quantization(Json.parse("config.json", "{}"))).isEmpty();
    }
}
