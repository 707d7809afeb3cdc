package io.mural.cli.inspect;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.ModelFolder;
import io.mural.weights.file.NonFinite;
import io.mural.weights.file.TensorInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All weights of a file read once: those that are no numbers, and those stored otherwise than most.
 *
 * @param source the file or index
 * @param tensors how many were read
 * @param others by format, the names of tensors that are in another one than most bytes; none where those are in a
 *     format of blocks
 * @param damaged the tensors with elements that are no numbers
 */
record WeightCheck(
        String source, int tensors, Optional<DType> most, Map<DType, List<String>> others, List<NonFinite> damaged) {
    private static final int FEW = 3;

    /** A file, or all components of a folder that have weights. */
    static List<WeightCheck> of(Path path) {
        List<WeightCheck> checks = new ArrayList<>();
        for (var place : ModelFolder.isOne(path) ? components(path) : List.of(path)) {
            try (var checkpoint = Checkpoint.open(place)) {
                checks.add(of(checkpoint));
            }
        }
        return checks;
    }

    private static List<Path> components(Path path) {
        var folder = ModelFolder.open(path);
        return FolderInspection.WITH_WEIGHTS.stream()
                .filter(name -> folder.className(name).isPresent())
                .map(path::resolve)
                .filter(Files::isDirectory)
                .toList();
    }

    private static WeightCheck of(Checkpoint checkpoint) {
        Map<DType, Long> bytes = new EnumMap<>(DType.class);
        Map<DType, List<String>> names = new TreeMap<>();
        List<NonFinite> damaged = new ArrayList<>();
        for (TensorInfo tensor : checkpoint.tensors().values()) {
            bytes.merge(tensor.dtype(), tensor.bytes(), Long::sum);
            names.computeIfAbsent(tensor.dtype(), dtype -> new ArrayList<>()).add(tensor.name());
            NonFinite.in(checkpoint, tensor).ifPresent(damaged::add);
        }
        var most = bytes.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
        if (most.isPresent() && most.get().isBlocked()) {
            names.clear(); // such files keep vectors and sensitive matrices in finer formats by design
        } else {
            most.ifPresent(names::remove);
        }
        return new WeightCheck(checkpoint.source(), checkpoint.tensors().size(), most, names, damaged);
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("  checked          " + source + ": " + tensors + " tensors, "
                + (damaged.isEmpty() ? "all numbers finite" : damaged.size() + " with NaN or infinite elements"));
        others.forEach((dtype, names) -> lines.add("  mixed            " + dtype + " in " + names.size() + " of "
                + tensors + " tensors, " + most.orElseThrow() + " in most: " + few(names)));
        damaged.forEach(found -> lines.add("  damaged          " + words(found)));
        return lines;
    }

    private static String few(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(FEW, names.size()))) + (names.size() > FEW ? ", ..." : "");
    }

    private static String words(NonFinite found) {
        boolean blocked = found.tensor().dtype().isBlocked();
        return found.tensor().name() + found.position() + " is " + found.value() + "; "
                + (blocked
                        ? found.count() + " of its blocks have a scale that is no number"
                        : found.count() + " of its " + found.tensor().size() + " elements are not finite");
    }

    /** For programs; docs/cli.md lists the keys. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("path", source);
        json.put("tensors", tensors);
        Map<String, Object> mixed = new LinkedHashMap<>();
        others.forEach((dtype, names) -> mixed.put(dtype.toString(), names));
        json.put("mixed", mixed);
        json.put("damaged", damaged.stream().map(WeightCheck::json).toList());
        return json;
    }

    private static Map<String, Object> json(NonFinite found) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("tensor", found.tensor().name());
        json.put("index", found.position());
        json.put("value", Float.toString(found.value()));
        json.put("count", found.count());
        return json;
    }

    /** Fails when there are elements that are no numbers, naming the first. */
    void requireFinite() {
        if (!damaged.isEmpty()) {
            var first = damaged.getFirst();
            var more = damaged.size() > 1 ? ", and " + (damaged.size() - 1) + " more tensors are damaged" : "";
            throw new InputException(first.tensor().file() + ": " + words(first) + more + "; download the file again");
        }
    }
}
