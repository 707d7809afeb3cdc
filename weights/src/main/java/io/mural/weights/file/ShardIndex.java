package io.mural.weights.file;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import io.mural.weights.text.Shown;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A {@code *.safetensors.index.json}: which shard holds which tensor. The total size it states is not used.
 *
 * @param shards tensor name to the path of its shard, each inside the index's own folder
 */
record ShardIndex(Path file, Map<String, Path> shards) {
    static ShardIndex read(Path file) {
        JsonObject map = Json.read(file).object("weight_map");
        Path folder = file.toAbsolutePath().normalize().getParent();
        Map<String, Path> shards = new LinkedHashMap<>();
        Map<String, Path> known = new LinkedHashMap<>();
        for (String tensor : map.keys()) {
            String shard = map.string(tensor);
            shards.put(tensor, known.computeIfAbsent(shard, name -> resolve(file, folder, name)));
        }
        if (shards.isEmpty()) {
            throw new InputException(file + ": \"weight_map\" names no tensor");
        }
        return new ShardIndex(file, shards);
    }

    /** By name only: in a download cache the files inside the folder are links to a store beside it. */
    private static Path resolve(Path index, Path folder, String shard) {
        Path path;
        try {
            path = folder.resolve(shard).normalize();
        } catch (InvalidPathException e) {
            throw new InputException(index + ": the shard " + Shown.quoted(shard) + " is not a file name", e);
        }
        // A backslash separates folders on Windows only: such an index would mean different files on two machines.
        if (!path.startsWith(folder) || path.equals(folder) || shard.indexOf('\\') >= 0) {
            throw new InputException(index + ": the shard " + Shown.quoted(shard)
                    + " lies outside the folder of the index, which is refused");
        }
        if (!Files.isRegularFile(path)) {
            throw new InputException(
                    index + ": the shard " + Shown.quoted(shard) + " is missing; download it to " + path.getParent());
        }
        return path;
    }
}
