package io.mural.model.family;

import io.mural.weights.names.Lora;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;

/** The LoRAs of a video transformer. It owns their mapped files: adapted weights are valid until it is closed. */
final class VideoLoras implements AutoCloseable {
    private final List<VideoLora> files;
    private final List<Lora> opened = new ArrayList<>();

    VideoLoras(List<VideoLora> files) {
        this.files = List.copyOf(files);
    }

    /** The weights with every LoRA beside them, in order. */
    Weights apply(Weights weights) {
        var adapted = weights;
        for (var file : files) {
            var lora = Lora.open(file.file());
            opened.add(lora);
            adapted = adapted.with(lora, file.scale());
        }
        return adapted;
    }

    /** What of the files is not applied to these weights, one line each. */
    List<String> notes(Weights weights) {
        return opened.stream().flatMap(lora -> lora.notes(weights).stream()).toList();
    }

    @Override
    public void close() {
        opened.forEach(Lora::close);
    }
}
