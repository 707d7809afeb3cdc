package io.mural.model.parity;

import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One file of reference values: tensors {@code in.*} and {@code out.*}, and in its metadata the component, the model
 * and the parameters.
 *
 * @param root the folder that paths in the case are relative to: the one around the cases' folder
 */
public record ParityCase(Path file, Path root, String component, JsonObject params, Checkpoint values)
        implements AutoCloseable {

    static ParityCase open(Path file) {
        var values = Checkpoint.open(file);
        var metadata = values.metadata();
        if (!metadata.containsKey("component")) {
            values.close();
            throw new InputException(file + " is no reference case: its metadata names no \"component\"");
        }
        var params = Json.parse(file + " params", metadata.getOrDefault("params", "{}"));
        return new ParityCase(file, root(file), metadata.get("component"), params, values);
    }

    /** The folder around that of a case file. */
    static Path root(Path file) {
        var folder = file.toAbsolutePath().normalize().getParent();
        var root = folder.getParent();
        return root == null ? folder : root;
    }

    public String name() {
        var name = file.getFileName().toString();
        return name.substring(0, name.length() - ".safetensors".length());
    }

    /** The model's folder or file. */
    public Path model() {
        return resolve(values.metadata().getOrDefault("model", ""));
    }

    public Path resolve(String relative) {
        return root.resolve(relative).normalize();
    }

    public float[] floats(String tensor) {
        return values.floats(tensor);
    }

    /** A tensor [1, tokens, features] as a matrix. */
    public Tensor tokens(Ops ops, String tensor) {
        return ops.tensor(floats(tensor), dim(tensor, 1), dim(tensor, 2));
    }

    /** A floating-point tensor in float64, as it is stored if it is. */
    public double[] doubles(String tensor) {
        return values.doubles(tensor);
    }

    public int[] ids(String tensor) {
        var longs = values.longs(tensor);
        var ids = new int[longs.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Math.toIntExact(longs[i]);
        }
        return ids;
    }

    boolean has(String tensor) {
        return values.tensors().containsKey(tensor);
    }

    /**
     * The largest deviation among those of the reference's outputs that the case holds; {@link InputException} when it holds none
     * of them, so that nothing would be judged.
     *
     * @param mine by the output's name; asked for only where it is judged
     */
    double deviation(Map<String, Supplier<float[]>> mine) {
        var judged = mine.keySet().stream()
                .filter(output -> has("out." + output))
                .sorted()
                .toList();
        if (judged.isEmpty()) {
            throw new InputException(file + ": holds none of "
                    + mine.keySet().stream()
                            .sorted()
                            .map(output -> "out." + output)
                            .toList() + " to compare with");
        }
        double worst = 0;
        for (var output : judged) {
            // Math.max passes a NaN on
            worst = Math.max(worst, Deviation.of(output, mine.get(output).get(), floats("out." + output)));
        }
        return worst;
    }

    /** A size of a tensor; negative indices count from the last. */
    public int dim(String tensor, int index) {
        var shape = values.info(tensor).shape();
        int at = index < 0 ? shape.size() + index : index;
        if (at < 0 || at >= shape.size()) {
            throw new InputException(
                    file + ": " + tensor + " is " + shape + ", which has too few sizes for " + component);
        }
        return Math.toIntExact(shape.get(at));
    }

    @Override
    public void close() {
        values.close();
    }
}
