package io.mural.cli.inspect;

import io.mural.Needs;
import io.mural.cli.console.Spelling;
import io.mural.engine.text.Figures;
import io.mural.model.family.Architecture;
import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux2.Flux2Config;
import io.mural.model.request.ModelDefaults;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model folder in diffusers layout.
 *
 * @param components by the name of their folder: those with weights
 * @param defaults what the model is asked for by default, where mural can run it
 * @param needs memory and work of a picture of the default size, where mural can run it
 * @param problem why the model cannot be opened, else empty
 */
record FolderInspection(
        Path folder,
        Architecture architecture,
        Map<String, Component> components,
        Sizes sizes,
        Optional<ModelDefaults> defaults,
        Optional<Needs> needs,
        String problem)
        implements Inspection {
    static final List<String> WITH_WEIGHTS = List.of("transformer", "vae", "text_encoder", "text_encoder_2");

    /**
     * @param className as the index names it
     * @param contents empty when they cannot be read
     * @param problem why they cannot, else empty
     */
    record Component(String className, Optional<Contents> contents, String problem) {
        static Component of(ModelFolder folder, String name, String className) {
            try (Checkpoint checkpoint = folder.checkpoint(name)) {
                return new Component(className, Optional.of(Contents.of(checkpoint)), "");
            } catch (InputException e) {
                return new Component(className, Optional.empty(), e.getMessage());
            }
        }

        String line() {
            return className + ", " + contents.map(Contents::line).orElse("unusable: " + problem);
        }

        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("class", className);
            contents.ifPresentOrElse(c -> json.putAll(c.json()), () -> json.put("problem", problem));
            return json;
        }
    }

    static FolderInspection of(Path path) {
        var folder = ModelFolder.open(path);
        var architecture = Architecture.of(folder);
        Map<String, Component> components = new LinkedHashMap<>();
        for (var name : WITH_WEIGHTS) {
            folder.className(name).ifPresent(className -> components.put(name, Component.of(folder, name, className)));
        }
        boolean complete =
                components.values().stream().allMatch(part -> part.contents().isPresent());
        var config = folder.config("transformer");
        var sizes = switch (architecture) {
            case FLUX1 -> Sizes.of(Flux1Config.of(config));
            case FLUX2 -> Sizes.of(Flux2Config.of(config));
        };
        if (!complete) {
            return new FolderInspection(path, architecture, components, sizes, Optional.empty(), Optional.empty(), "");
        }
        try {
            var needs = Needs.of(path);
            return new FolderInspection(
                    path, architecture, components, sizes, Optional.of(needs.defaults()), Optional.of(needs), "");
        } catch (InputException e) {
            // Its parts can still be shown, and looked at by --check.
            return new FolderInspection(
                    path, architecture, components, sizes, Optional.empty(), Optional.empty(), e.getMessage());
        }
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(folder + ": a " + architecture.words() + " model in diffusers layout");
        components.forEach((name, component) -> lines.add(String.format("  %-16s %s", name, component.line())));
        lines.add("  sizes            " + sizes.line());
        defaults.ifPresent(d -> lines.add("  defaults         " + line(d)));
        needs.ifPresent(n -> lines.add("  needs            " + n.line()));
        if (!problem.isEmpty()) {
            lines.add("  unusable         " + Spelling.of(problem));
        }
        return lines;
    }

    private static String line(ModelDefaults defaults) {
        return defaults.width() + "x" + defaults.height() + ", " + defaults.steps() + " steps, " + defaults.textTokens()
                + " text tokens, true CFG " + Figures.number(defaults.trueCfg());
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", "model-folder");
        json.put("path", folder.toString());
        json.put("architecture", architecture.words());
        Map<String, Object> parts = new LinkedHashMap<>();
        components.forEach((name, component) -> parts.put(name, component.json()));
        json.put("components", parts);
        json.put("transformer", sizes.json());
        if (!problem.isEmpty()) {
            json.put("problem", Spelling.of(problem));
        }
        defaults.ifPresent(d -> {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("width", d.width());
            values.put("height", d.height());
            values.put("steps", d.steps());
            values.put("text_tokens", d.textTokens());
            values.put("guidance", d.guidance());
            values.put("true_cfg", d.trueCfg());
            values.put("negative", d.negative());
            json.put("defaults", values);
        });
        needs.ifPresent(n -> json.put("needs", n.json()));
        return json;
    }
}
