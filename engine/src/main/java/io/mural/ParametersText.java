package io.mural;

import io.mural.engine.text.Figures;
import io.mural.engine.text.Version;
import io.mural.model.request.LoraFile;
import io.mural.tensor.Precision;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A recipe in the text that other tools read from the PNG keyword {@code parameters}, as AUTOMATIC1111's web UI and its
 * successors write it: prompt, negative prompt, then one line of {@code Key: value} pairs.
 */
final class ParametersText {
    static final String KEYWORD = "parameters";

    private ParametersText() {}

    static String of(Recipe recipe) {
        var text = new StringBuilder(recipe.prompt());
        // LoRAs stand in the prompt there.
        for (var lora : recipe.loras()) {
            text.append(" <lora:")
                    .append(name(lora))
                    .append(':')
                    .append(Figures.number(lora.scale()))
                    .append('>');
        }
        text.append('\n');
        if (recipe.trueCfg() != 1 && !recipe.negative().isEmpty()) {
            text.append("Negative prompt: ").append(recipe.negative()).append('\n');
        }
        return text.append(String.join(", ", pairs(recipe))).toString();
    }

    private static List<String> pairs(Recipe recipe) {
        List<String> pairs = new ArrayList<>();
        pairs.add("Steps: " + recipe.steps());
        pairs.add("Sampler: Euler");
        pairs.add("Schedule type: Simple");
        pairs.add("CFG scale: " + Figures.number(recipe.trueCfg()));
        recipe.guidance().ifPresent(scale -> pairs.add("Distilled CFG Scale: " + Figures.number(scale)));
        pairs.add("Seed: " + Long.toUnsignedString(recipe.seed()));
        pairs.add("Size: " + recipe.width() + "x" + recipe.height());
        pairs.add("Model: " + quoted(recipe.model().name()));
        recipe.init().ifPresent(init -> pairs.add("Denoising strength: " + Figures.number(init.strength())));
        if (recipe.products() != Precision.F32) {
            pairs.add("Products: " + recipe.products().key());
        }
        pairs.add("Version: mural " + Version.text());
        return pairs;
    }

    private static String name(LoraFile lora) {
        var name = lora.file().toAbsolutePath().normalize();
        var last = name.getFileName() == null ? Path.of("lora") : name.getFileName();
        return last.toString().replaceFirst("\\.(safetensors|gguf)$", "");
    }

    /** A value with a separator in it is quoted as JSON. */
    private static String quoted(String value) {
        if (!value.matches(".*[,:\\n].*")) {
            return value;
        }
        var list = Json.write(List.of(value));
        return list.substring(1, list.length() - 1);
    }
}
