package io.mural.cli.inspect;

import io.mural.engine.text.Figures;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.ModelFolder;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.Lora;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A LoRA file.
 *
 * @param match how it fits a model, where one was named
 */
record LoraInspection(String source, Contents contents, Lora.Summary summary, Optional<Match> match)
        implements Inspection {

    /**
     * @param model the model's path
     * @param layers of the model that it adapts
     * @param notes what of it is not applied, one line each
     */
    record Match(Path model, int layers, List<String> notes) {}

    static LoraInspection of(Path path, Checkpoint checkpoint, Optional<Path> model) {
        try (var lora = Lora.open(path)) {
            return new LoraInspection(
                    checkpoint.source(), Contents.of(checkpoint), lora.summary(), model.map(m -> match(lora, m)));
        }
    }

    private static Match match(Lora lora, Path model) {
        try (var checkpoint =
                Files.isDirectory(model) ? ModelFolder.open(model).checkpoint("transformer") : Checkpoint.open(model)) {
            var part = KeyStyles.parts(checkpoint).containsKey(Part.FLUX2_TRANSFORMER)
                    ? Part.FLUX2_TRANSFORMER
                    : Part.TRANSFORMER;
            var weights = KeyStyles.weights(checkpoint, part);
            return new Match(model, lora.layers(weights).size(), lora.notes(weights));
        }
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(source + ": a LoRA in the key style of " + summary.style()
                + (summary.methods().isEmpty() ? "" : ", with " + join(List.copyOf(summary.methods()))));
        lines.add("  contents         " + contents.tensors() + " tensors, " + contents.line());
        lines.add("  adapts           " + summary.layers() + " layers"
                + (summary.textLayers() > 0 ? " and " + summary.textLayers() + " of text encoders, not applied" : ""));
        lines.add("  rank             "
                + join(summary.ranks().stream().map(String::valueOf).toList()));
        lines.add("  alpha / rank     "
                + join(summary.scales().stream().map(Figures::number).toList()));
        match.ifPresentOrElse(
                m -> {
                    lines.add("  fits             " + m.layers() + " layers of " + m.model());
                    m.notes().forEach(note -> lines.add("  note             " + note));
                },
                () -> lines.add("  fits             add --model DIR to see"));
        return lines;
    }

    private static String join(List<String> numbers) {
        return numbers.stream().collect(Collectors.joining(", "));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", "lora");
        json.put("path", source);
        json.put("key_style", summary.style());
        json.putAll(contents.json());
        json.put("layers", summary.layers());
        json.put("text_encoder_layers", summary.textLayers());
        json.put("ranks", summary.ranks());
        json.put("alpha_over_rank", summary.scales());
        json.put("other_methods", summary.methods());
        match.ifPresent(m -> {
            Map<String, Object> fits = new LinkedHashMap<>();
            fits.put("model", m.model().toString());
            fits.put("layers", m.layers());
            fits.put("notes", m.notes());
            json.put("match", fits);
        });
        return json;
    }
}
