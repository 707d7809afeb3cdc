package io.mural.model.parity;

import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Path;

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
        var root = file.toAbsolutePath().getParent().getParent();
        return new ParityCase(file, root == null ? Path.of("/") : root, metadata.get("component"), params, values);
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

    public int[] ids(String tensor) {
        var longs = values.longs(tensor);
        var ids = new int[longs.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Math.toIntExact(longs[i]);
        }
        return ids;
    }

    /** A size of a tensor; negative indices count from the last. */
    public int dim(String tensor, int index) {
        var shape = values.info(tensor).shape();
        return Math.toIntExact(shape.get(index < 0 ? shape.size() + index : index));
    }

    @Override
    public void close() {
        values.close();
    }
}
