package io.mural.engine.hub;

import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A commit of a model as a folder, each file a link to its blob. */
final class Snapshot {
    private final Path model;
    private final Path folder;

    Snapshot(Path model, String commit) {
        this.model = model;
        folder = model.resolve("snapshots").resolve(commit);
    }

    Path folder() {
        return folder;
    }

    Path blob(HubFile file) {
        return model.resolve("blobs").resolve(file.hash());
    }

    /** Whether a file is here, as a link or, where links are not to be had, itself. */
    boolean has(HubFile file) throws IOException {
        var place = folder.resolve(file.path());
        return Files.isRegularFile(place) && Files.size(place) == file.size();
    }

    /** Gives a blob its name. */
    void link(HubFile file) throws IOException {
        var place = folder.resolve(file.path());
        Files.createDirectories(place.getParent());
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(place); // a link to nothing, or to a file of another size
        }
        var blob = blob(file);
        try {
            Files.createSymbolicLink(place, place.getParent().relativize(blob));
        } catch (UnsupportedOperationException | FileSystemException e) {
            // Windows lets only some users make links; there the hub's tools, too, put the file itself.
            Files.move(blob, place, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** From now on a branch or tag means this commit. */
    void refer(String revision, String commit) throws IOException {
        var ref = model.resolve("refs").resolve(revision);
        Files.createDirectories(ref.getParent());
        WholeFile.write(ref, commit.getBytes(StandardCharsets.US_ASCII));
    }
}
