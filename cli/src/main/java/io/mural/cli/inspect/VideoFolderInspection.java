package io.mural.cli.inspect;

import io.mural.cli.console.Spelling;
import io.mural.engine.device.Memory;
import io.mural.engine.text.Figures;
import io.mural.model.family.WanModel;
import io.mural.model.family.WanSource;
import io.mural.model.plan.VideoPlan;
import io.mural.model.request.ClipRequest;
import io.mural.model.request.VideoDefaults;
import io.mural.model.wan.AttentionPattern;
import io.mural.model.wan.UltraGenAttention;
import io.mural.model.wan.WanConfig;
import io.mural.tensor.InputException;
import io.mural.weights.file.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A folder of a Wan text-to-video model in diffusers' layout.
 *
 * @param components by the name of their folder: those with weights
 * @param config sizes of the transformer, where mural can run it
 * @param defaults what the model is asked for by default, where mural can run it
 * @param plan of a clip of the default size, where mural can run it
 * @param problem why the model cannot be opened, else empty
 */
record VideoFolderInspection(
        Path folder,
        Map<String, FolderInspection.Component> components,
        Optional<WanConfig> config,
        Optional<VideoDefaults> defaults,
        Optional<VideoPlan> plan,
        String problem)
        implements Inspection {

    static boolean isOne(Path path) {
        return ModelFolder.open(path).index().string("_class_name").startsWith("Wan");
    }

    static VideoFolderInspection of(Path path) {
        var folder = ModelFolder.open(path);
        Map<String, FolderInspection.Component> components = new LinkedHashMap<>();
        for (var name : FolderInspection.WITH_WEIGHTS) {
            folder.className(name)
                    .ifPresent(
                            className -> components.put(name, FolderInspection.Component.of(folder, name, className)));
        }
        AttentionPattern pattern = UltraGenAttention.pattern(false);
        try (var model = new WanModel(WanSource.of(path), List.of(), pattern, WanModel.WanConfigs.NONE)) {
            var defaults = model.defaults();
            return new VideoFolderInspection(
                    path,
                    components,
                    Optional.of(model.transformer().config()),
                    Optional.of(defaults),
                    Optional.of(VideoPlan.of(model, clip(defaults), Memory.budget())),
                    "");
        } catch (InputException e) {
            // Its parts can still be shown, and looked at by --check.
            return new VideoFolderInspection(
                    path, components, Optional.empty(), Optional.empty(), Optional.empty(), e.getMessage());
        }
    }

    private static ClipRequest clip(VideoDefaults defaults) {
        return new ClipRequest(
                "a clip",
                defaults.negative(),
                defaults.guidance(),
                defaults.width(),
                defaults.height(),
                defaults.frames(),
                defaults.steps(),
                0,
                defaults.shift(defaults.width(), defaults.height()),
                defaults.form(),
                defaults.solver(),
                defaults.textTokens(),
                defaults.bf16Noise());
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(folder + ": a Wan text-to-video model in diffusers layout");
        components.forEach((name, component) -> lines.add(String.format("  %-16s %s", name, component.line())));
        config.ifPresent(c -> lines.add("  sizes            " + c.numLayers() + " blocks, " + c.numAttentionHeads()
                + " heads of " + c.attentionHeadDim() + ", feed-forward " + c.ffnDim() + ", text " + c.textDim()));
        defaults.ifPresent(d -> lines.add("  defaults         " + d.width() + "x" + d.height() + ", " + d.frames()
                + " frames at " + d.fps() + " a second, " + d.steps() + " steps, guidance "
                + Figures.number(d.guidance()) + ", " + d.textTokens() + " text tokens"));
        plan.ifPresent(p -> lines.add("  needs            " + Figures.bytes(p.peakBytes())
                + " of memory for the default clip beside the weights and the JVM's own; "
                + Figures.flop(p.step().flops()) + " a step"));
        if (!problem.isEmpty()) {
            lines.add("  unusable         " + Spelling.of(problem));
        }
        return lines;
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", "video-model-folder");
        json.put("path", folder.toString());
        json.put("architecture", "Wan 2.1");
        Map<String, Object> parts = new LinkedHashMap<>();
        components.forEach((name, component) -> parts.put(name, component.json()));
        json.put("components", parts);
        config.ifPresent(c -> json.put("transformer", sizes(c)));
        defaults.ifPresent(d -> json.put("defaults", values(d)));
        plan.ifPresent(p -> json.put("needs", needs(p)));
        if (!problem.isEmpty()) {
            json.put("problem", Spelling.of(problem));
        }
        return json;
    }

    private static Map<String, Object> sizes(WanConfig config) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("num_layers", config.numLayers());
        json.put("num_attention_heads", config.numAttentionHeads());
        json.put("attention_head_dim", config.attentionHeadDim());
        json.put("ffn_dim", config.ffnDim());
        json.put("text_dim", config.textDim());
        return json;
    }

    private static Map<String, Object> values(VideoDefaults defaults) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("width", defaults.width());
        json.put("height", defaults.height());
        json.put("frames", defaults.frames());
        json.put("fps", defaults.fps());
        json.put("steps", defaults.steps());
        json.put("guidance", defaults.guidance());
        json.put("text_tokens", defaults.textTokens());
        return json;
    }

    private static Map<String, Object> needs(VideoPlan plan) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("text_bytes", plan.text().bytes());
        json.put("step_bytes", plan.step().bytes());
        json.put("decode_bytes", plan.decode().bytes());
        json.put("peak_bytes", plan.peakBytes());
        json.put("step_flop", plan.step().flops());
        json.put("decode_flop", plan.decode().flops());
        return json;
    }
}
