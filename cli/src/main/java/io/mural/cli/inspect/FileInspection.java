package io.mural.cli.inspect;

import io.mural.engine.text.Words;
import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux2.Flux2Config;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.OtherModels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A safetensors or GGUF file, or the shards of an index, that is no LoRA: a whole model, one of its parts, a reference case, or
 * tensors of something else.
 *
 * @param parts each with its key style in words
 * @param sizes of the transformer, where there is one whose sizes its tensors tell
 * @param other what it is, where its names tell that it is not for mural
 * @param metadata the free texts of the header
 */
record FileInspection(
        String source,
        Contents contents,
        Map<Part, String> parts,
        Optional<Sizes> sizes,
        Optional<String> other,
        Map<String, String> metadata,
        List<String> names)
        implements Inspection {
    /** A key that every GGUF file has. */
    private static final String ARCHITECTURE = "general.architecture";

    private static final int FEW = 3;
    private static final int LONGEST_TEXT = 200;

    static FileInspection of(Checkpoint checkpoint) {
        return new FileInspection(
                checkpoint.source(),
                Contents.of(checkpoint),
                KeyStyles.parts(checkpoint),
                sizes(checkpoint),
                OtherModels.model(checkpoint)
                        .map(model -> "is " + model + ", which mural does not run")
                        .or(() -> OtherModels.format(checkpoint)),
                checkpoint.metadata(),
                checkpoint.tensors().keySet().stream().limit(FEW).toList());
    }

    private static Optional<Sizes> sizes(Checkpoint checkpoint) {
        var parts = KeyStyles.parts(checkpoint);
        try {
            if (parts.containsKey(Part.FLUX2_TRANSFORMER)) {
                return Optional.of(Sizes.of(Flux2Config.of(KeyStyles.weights(checkpoint, Part.FLUX2_TRANSFORMER))));
            }
            return parts.containsKey(Part.TRANSFORMER)
                    ? Optional.of(Sizes.of(Flux1Config.of(KeyStyles.weights(checkpoint, Part.TRANSFORMER))))
                    : Optional.empty();
        } catch (InputException e) {
            // Its sizes are not the published ones, so that only a config.json could tell them.
            return Optional.empty();
        }
    }

    private boolean isCase() {
        return metadata.containsKey("component");
    }

    private boolean isGguf() {
        return metadata.containsKey(ARCHITECTURE);
    }

    private String what() {
        if (!parts.isEmpty()) {
            return String.join(", ", parts.keySet().stream().map(Part::words).toList());
        }
        if (isGguf()) {
            return "GGUF of the architecture " + metadata.get(ARCHITECTURE) + ", of no model known here";
        }
        return isCase() ? "a reference case for " + metadata.get("component") : "safetensors, of no model known here";
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(source + ": " + what());
        other.ifPresent(words -> lines.add("  unsupported      " + words));
        lines.add("  contents         " + contents.tensors() + " tensors, " + contents.line());
        parts.forEach((part, style) -> lines.add(String.format("  %-16s keys: %s", Words.of(part), style)));
        sizes.ifPresent(s -> lines.add("  sizes            " + s.line()));
        if (parts.isEmpty() && !names.isEmpty()) {
            lines.add("  names            " + String.join(", ", names) + (contents.tensors() > FEW ? ", ..." : ""));
        }
        metadata.forEach((key, text) -> lines.add(String.format("  %-16s %s", key, shortened(text))));
        return lines;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                "kind",
                !parts.isEmpty() ? "model-file" : isCase() ? "reference-case" : isGguf() ? "gguf" : "safetensors");
        json.put("path", source);
        json.putAll(contents.json());
        Map<String, Object> styles = new LinkedHashMap<>();
        parts.forEach((part, style) -> styles.put(Words.of(part), style));
        json.put("parts", styles);
        sizes.ifPresent(s -> json.put("transformer", s.json()));
        other.ifPresent(words -> json.put("unsupported", words));
        json.put("metadata", metadata);
        return json;
    }
}
