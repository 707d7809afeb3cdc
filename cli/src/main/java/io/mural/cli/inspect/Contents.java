package io.mural.cli.inspect;

import io.mural.engine.text.Figures;
import io.mural.tensor.DType;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.TensorInfo;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a checkpoint holds, in numbers.
 *
 * @param parameters elements of all tensors of supported types
 * @param bytes by format
 */
record Contents(int tensors, int files, long parameters, Map<String, Long> bytes) {
    static Contents of(Checkpoint checkpoint) {
        Map<String, Long> bytes =
                new TreeMap<>(Comparator.comparing(Contents::place).thenComparing(name -> name));
        long parameters = 0;
        for (var tensor : checkpoint.tensors().values()) {
            bytes.merge(tensor.dtype().toString(), tensor.bytes(), Long::sum);
            parameters += tensor.size();
        }
        for (var other : checkpoint.others().values()) {
            bytes.merge(other.dtype() + " (not supported)", other.bytes(), Long::sum);
        }
        long files = checkpoint.tensors().values().stream()
                .map(TensorInfo::file)
                .distinct()
                .count();
        int tensors = checkpoint.tensors().size() + checkpoint.others().size();
        return new Contents(tensors, (int) files, parameters, bytes);
    }

    /** Types in the order of {@link DType}, others behind. */
    private static int place(String type) {
        return Arrays.stream(DType.values())
                .filter(dtype -> dtype.toString().equals(type))
                .mapToInt(DType::ordinal)
                .findFirst()
                .orElse(Integer.MAX_VALUE);
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
        formats.putAll(bytes);
        json.put("bytes_by_dtype", formats);
        return json;
    }
}
