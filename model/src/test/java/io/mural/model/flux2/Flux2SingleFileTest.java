package io.mural.model.flux2;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.family.Flux2Model;
import io.mural.model.request.LoraFile;
import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tiny transformer written in its authors' single-file spelling computes what the folder computes. */
class Flux2SingleFileTest {
    private static final Path TINY = Path.of("../goldens/flux2-tiny");
    private static final int HIDDEN = 48;
    private static final List<Map.Entry<String, String>> MODULES = List.of(
            Map.entry("single_transformer_blocks.", "single_blocks."),
            Map.entry("transformer_blocks.", "double_blocks."),
            Map.entry("attn.to_qkv_mlp_proj.weight", "linear1.weight"),
            Map.entry("attn.to_out.weight", "linear2.weight"),
            Map.entry("attn.to_out.0.", "img_attn.proj."),
            Map.entry("attn.to_add_out.", "txt_attn.proj."),
            Map.entry("attn.norm_added_q.weight", "txt_attn.norm.query_norm.scale"),
            Map.entry("attn.norm_added_k.weight", "txt_attn.norm.key_norm.scale"),
            Map.entry("ff.linear_in.", "img_mlp.0."),
            Map.entry("ff.linear_out.", "img_mlp.2."),
            Map.entry("ff_context.linear_in.", "txt_mlp.0."),
            Map.entry("ff_context.linear_out.", "txt_mlp.2."),
            Map.entry("time_guidance_embed.timestep_embedder.linear_1.", "time_in.in_layer."),
            Map.entry("time_guidance_embed.timestep_embedder.linear_2.", "time_in.out_layer."),
            Map.entry("_modulation_img.linear.", "_modulation_img.lin."),
            Map.entry("_modulation_txt.linear.", "_modulation_txt.lin."),
            Map.entry("single_stream_modulation.linear.", "single_stream_modulation.lin."),
            Map.entry("x_embedder.", "img_in."),
            Map.entry("context_embedder.", "txt_in."),
            Map.entry("proj_out.", "final_layer.linear."),
            Map.entry("norm_out.linear.", "final_layer.adaLN_modulation.1."));

    @TempDir
    Path folder;

    private Path single;

    @BeforeEach
    void writeInTheOriginalSpelling() {
        single = folder.resolve("flux2.safetensors");
        var writer = new SafetensorsWriter();
        try (var checkpoint = Checkpoint.open(TINY.resolve("transformer"))) {
            for (var name : checkpoint.tensors().keySet()) {
                var shape = checkpoint.info(name).shape().stream()
                        .mapToLong(Long::longValue)
                        .toArray();
                var values = checkpoint.floats(name);
                if (name.endsWith("attn.to_q.weight") || name.endsWith("attn.add_q_proj.weight")) {
                    var kv = name.endsWith("to_q.weight")
                            ? List.of(name.replace("to_q", "to_k"), name.replace("to_q", "to_v"))
                            : List.of(name.replace("add_q", "add_k"), name.replace("add_q", "add_v"));
                    var fused = Arrays.copyOf(values, 3 * values.length);
                    for (int i = 0; i < 2; i++) {
                        System.arraycopy(
                                checkpoint.floats(kv.get(i)), 0, fused, (i + 1) * values.length, values.length);
                    }
                    var stream = name.endsWith("to_q.weight") ? "img" : "txt";
                    var block = name.substring(0, name.indexOf("attn.")).replace("transformer_blocks", "double_blocks");
                    writer.add(block + stream + "_attn.qkv.weight", new long[] {3 * HIDDEN, HIDDEN}, fused);
                } else if (!name.matches(".*attn\\.(to|add)_[kv](_proj)?\\.weight")) {
                    writer.add(original(name), shape, name.startsWith("norm_out") ? swapped(values) : values);
                }
            }
        }
        writer.write(single);
    }

    private static String original(String name) {
        var spelled = name;
        for (var module : MODULES) {
            spelled = spelled.replace(module.getKey(), module.getValue());
        }
        var norms = name.startsWith("single") ? "norm." : "img_attn.norm.";
        return spelled.replace("attn.norm_q.weight", norms + "query_norm.scale")
                .replace("attn.norm_k.weight", norms + "key_norm.scale");
    }

    private static float[] swapped(float[] values) {
        var swapped = Arrays.copyOfRange(values, values.length / 2, values.length + values.length / 2);
        System.arraycopy(values, 0, swapped, values.length / 2, values.length / 2);
        return swapped;
    }

    @Test
    void computesWhatTheFolderComputes() {
        assertThat(velocity(single, List.of())).isEqualTo(velocity(TINY, List.of()));
    }

    @Test
    void lorasFitUnderEitherSpelling() {
        var names = Map.of(
                "double_blocks.0.img_attn.proj", "transformer_blocks.0.attn.to_out.0",
                "single_blocks.1.linear1", "single_transformer_blocks.1.attn.to_qkv_mlp_proj",
                "single_blocks.2.linear2", "single_transformer_blocks.2.attn.to_out",
                "double_blocks.1.img_mlp.0", "transformer_blocks.1.ff.linear_in",
                "final_layer.linear", "proj_out");
        var mine = new SafetensorsWriter();
        var theirs = new SafetensorsWriter();
        var kohya = new SafetensorsWriter();
        try (var checkpoint = Checkpoint.open(TINY.resolve("transformer"))) {
            names.forEach((original, diffusers) -> {
                var shape = checkpoint.info(diffusers + ".weight").shape();
                int out = Math.toIntExact(shape.get(0));
                int in = Math.toIntExact(shape.get(1));
                var down = new TorchRandom(out).normal(2 * in);
                var up = new TorchRandom(in).normal(2 * out);
                theirs.add("transformer." + diffusers + ".lora_A.weight", new long[] {2, in}, down)
                        .add("transformer." + diffusers + ".lora_B.weight", new long[] {out, 2}, up);
                mine.add("diffusion_model." + original + ".lora_A.weight", new long[] {2, in}, down)
                        .add("diffusion_model." + original + ".lora_B.weight", new long[] {out, 2}, up);
                var underscored = "lora_unet_" + original.replace('.', '_');
                kohya.add(underscored + ".lora_down.weight", new long[] {2, in}, down)
                        .add(underscored + ".lora_up.weight", new long[] {out, 2}, up);
            });
        }
        var expected = velocity(TINY, lora("theirs", theirs));
        assertThat(expected).isNotEqualTo(velocity(TINY, List.of()));
        assertThat(velocity(single, lora("mine", mine))).isEqualTo(expected);
        assertThat(velocity(TINY, lora("kohya", kohya))).isEqualTo(expected);
    }

    private List<LoraFile> lora(String name, SafetensorsWriter writer) {
        var file = folder.resolve(name + ".safetensors");
        writer.write(file);
        return List.of(new LoraFile(file, 0.5, LoraFile.Mode.ADAPTER));
    }

    private static float[] velocity(Path path, List<LoraFile> loras) {
        var config = Flux2Config.of(Json.read(TINY.resolve("transformer/config.json")));
        try (var model = new Flux2Model(path, Optional.empty(), loras, Optional.of(config));
                var ops = new CpuBackend().open("cpu", 2, Workspace.poisoned())) {
            var transformer = model.transformer();
            var txt = ops.tensor(new TorchRandom(1).normal(3 * 72), 3, 72);
            var context = new Flux2Transformer.Context(txt, 0, transformer.positions(ops, 3, 4, 4));
            var latents = ops.tensor(new TorchRandom(2).normal(16 * 32), 16, 32);
            return ops.read(transformer.forward(ops, latents, 0.6, context));
        }
    }
}
