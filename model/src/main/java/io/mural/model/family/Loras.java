package io.mural.model.family;

import io.mural.model.request.LoraFile;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.Lora;
import io.mural.weights.names.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** The LoRAs of a transformer. It owns their mapped files: adapted weights are valid until it is closed. */
final class Loras implements AutoCloseable {
    private final List<LoraFile> files;
    private final List<Lora> opened = new ArrayList<>();

    Loras(List<LoraFile> files) {
        this.files = List.copyOf(files);
    }

    /** The weights with every LoRA, in order. */
    Weights apply(Weights weights) {
        var adapted = weights;
        for (var file : files) {
            var lora = Lora.open(file.file());
            opened.add(lora);
            adapted = switch (file.mode()) {
                case ADAPTER -> adapted.with(lora, file.scale());
                case MERGE -> adapted.merged(lora, file.scale());
            };
        }
        return adapted;
    }

    /** The weights with a layer that takes as many inputs as the files give it. */
    Weights widened(Weights weights, String layer) {
        var wide = weights;
        for (var file : files) {
            try (var lora = Lora.open(file.file())) {
                int has = wide.shape(layer + ".weight").dim(1);
                int wanted = lora.inputs(wide, layer).orElse(has);
                if (wanted > has) {
                    wide = wide.widened(layer, wanted);
                }
            }
        }
        return wide;
    }

    /** What of the files is not applied to these weights, one line each. */
    List<String> notes(Weights weights) {
        return opened.stream().flatMap(lora -> lora.notes(weights).stream()).toList();
    }

    /** Bytes of the copies that merging the files into these weights makes; nothing is merged yet. */
    long mergedBytes(Weights weights) {
        var layers = new HashSet<String>();
        for (var file : files) {
            if (file.mode() == LoraFile.Mode.MERGE) {
                try (var lora = Lora.open(file.file())) {
                    layers.addAll(lora.layers(weights));
                }
            }
        }
        return layers.stream()
                .mapToLong(layer -> weights.shape(layer + ".weight").size() * Float.BYTES)
                .sum();
    }

    /** What tells the files, in order, from others. */
    String fingerprint() {
        var all = new StringBuilder();
        for (var file : files) {
            try (var checkpoint = Checkpoint.open(file.file())) {
                all.append(' ').append(file.scale()).append(' ').append(checkpoint.fingerprint());
            }
        }
        return all.toString();
    }

    /** The weights with one more LoRA beside them. */
    Weights beside(Weights weights, Path file, double scale) {
        var lora = Lora.open(file);
        opened.add(lora);
        return weights.with(lora, scale);
    }

    @Override
    public void close() {
        opened.forEach(Lora::close);
    }
}
