package io.mural.engine.hub;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Models on this machine, in the layout of the hub's own tools: {@code models--ORG--NAME} with {@code blobs/HASH}, {@code
 * refs/REVISION} that holds a commit, and {@code snapshots/COMMIT} with a link to a blob for each file. Looking for
 * something never touches the network.
 *
 * @param folder holds {@code models--ORG--NAME}
 */
public record HubCache(Path folder) {
    private static final String MODEL_INDEX = "model_index.json";

    /**
     * A path as a user or a recipe has it, found: one that is there is itself, a name on the hub is what was pulled.
     * What is neither comes back as it is, so that whoever opens it says so.
     */
    public Path located(Path path) {
        if (Files.exists(path)) {
            return path;
        }
        // A picture from another machine may have that machine's folder.
        var name = HubName.of(path).or(() -> name(path.toString()));
        return name.map(this::find).orElse(path);
    }

    /** A file's ending says that a file was meant. */
    private static Optional<HubName> name(String text) {
        return HubName.of(text).filter(name -> name.file().isPresent() || !ModelFiles.isWeights(text));
    }

    /** As {@link #located(Path)}; a name with a colon is no path on every system. */
    public Path located(String text) {
        try {
            var path = Path.of(text);
            if (Files.exists(path)) {
                return path;
            }
            return name(text).map(this::find).orElse(path);
        } catch (InvalidPathException e) {
            return HubName.of(text).map(this::find).orElseThrow(() -> e);
        }
    }

    /** Where a model, or a file of one, is; {@link InputException} says how to get it. */
    public Path find(HubName name) {
        var snapshot = snapshot(name)
                .orElseThrow(() -> new InputException(name
                        + ": no such folder or file, and not among the pulled models in " + folder + "; 'mural pull "
                        + name + "' downloads it"));
        if (name.file().isPresent()) {
            var file = snapshot.resolve(name.file().get());
            if (!Files.isRegularFile(file)) {
                throw new InputException(
                        name + ": the pulled model lacks this file; 'mural pull " + name + "' downloads it");
            }
            return file;
        }
        var weights = Files.exists(snapshot.resolve(MODEL_INDEX)) ? List.<Path>of() : weights(snapshot);
        return weights.size() == 1 ? weights.getFirst() : snapshot;
    }

    /** The folder of a revision; empty where it was not pulled. */
    Optional<Path> snapshot(HubName name) {
        var model = model(name);
        return commit(name)
                .map(commit -> model.resolve("snapshots").resolve(commit))
                .filter(Files::isDirectory);
    }

    /** The commit of a revision, as far as this machine knows. */
    Optional<String> commit(HubName name) {
        if (name.isPinned()) {
            return Optional.of(name.revision());
        }
        var ref = model(name).resolve("refs").resolve(name.revision());
        try {
            return Files.isRegularFile(ref)
                    ? Optional.of(Files.readString(ref).strip()).filter(commit -> commit.matches("[0-9a-f]{40}"))
                    : Optional.empty();
        } catch (IOException e) {
            throw new InputException(ref + ": cannot be read: " + Shown.reason(e) + "; pull " + name + " again", e);
        }
    }

    Path model(HubName name) {
        return folder.resolve(name.folder());
    }

    private static List<Path> weights(Path snapshot) {
        try (Stream<Path> files = Files.walk(snapshot)) {
            return files.filter(file -> ModelFiles.isWeights(file.toString()) && Files.isRegularFile(file))
                    .toList();
        } catch (IOException e) {
            throw new InputException(snapshot + ": cannot be read: " + Shown.reason(e), e);
        }
    }
}
