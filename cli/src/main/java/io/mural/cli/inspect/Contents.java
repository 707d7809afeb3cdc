package io.mural.cli.inspect;

import io.mural.engine.text.Figures;
import io.mural.tensor.DType;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.TensorInfo;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a checkpoint holds, in numbers.
 *
 * @param parameters elements of all tensors
 * @param bytes by format
 */
record Contents(int tensors, int files, long parameters, Map<DType, Long> bytes) {
    static Contents of(Checkpoint checkpoint) {
        Map<DType, Long> bytes = new EnumMap<>(DType.class);
        long parameters = 0;
        for (var tensor : checkpoint.tensors().values()) {
            bytes.merge(tensor.dtype(), tensor.bytes(), Long::sum);
            parameters += tensor.size();
        }
        long files = checkpoint.tensors().values().stream()
                .map(TensorInfo::file)
                .distinct()
                .count();
        return new Contents(checkpoint.tensors().size(), (int) files, parameters, bytes);
    }

    /** Such as {@code 5.1 million parameters, BF16 9.8 MiB}. */
    String line() {
        var formats = bytes.entrySet().stream()
                .map(entry -> entry.getKey() + " " + Figures.bytes(entry.getValue()))
                .collect(Collectors.joining(" + "));
        return Figures.count(parameters) + " parameters, " + (formats.isEmpty() ? "no tensors" : formats)
                + (files > 1 ? " in " + files + " files" : "");
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("tensors", tensors);
        json.put("files", files);
        json.put("parameters", parameters);
        Map<String, Object> formats = new LinkedHashMap<>();
        bytes.forEach((dtype, size) -> formats.put(dtype.toString(), size));
        json.put("bytes_by_dtype", formats);
        return json;
    }
}
