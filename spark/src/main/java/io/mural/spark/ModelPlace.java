package io.mural.spark;

import io.mural.tensor.InputException;
import java.io.Serializable;

/**
 * Where executors find a model.
 *
 * @param location a folder or file on every node, a pulled model's name, or with {@code remote} a URI; empty for the embedded
 *     model
 * @param base of a single file, the folder with what it lacks; null where there is none
 * @param remote whether it is copied to each node from a file system that Hadoop opens
 */
record ModelPlace(String location, String base, boolean remote) implements Serializable {
    static ModelPlace embedded() {
        return new ModelPlace("", null, false);
    }

    /** The last part of its location. */
    String name() {
        var plain = location.replaceAll("/+$", "");
        var name = plain.substring(plain.lastIndexOf('/') + 1).replaceFirst("\\.(safetensors|gguf)$", "");
        if (name.isEmpty()) {
            throw InputException.about("model", "`model` " + location + ": has no name; write it as NAME=" + location);
        }
        return name;
    }

    boolean isEmbedded() {
        return location.isEmpty();
    }
}
