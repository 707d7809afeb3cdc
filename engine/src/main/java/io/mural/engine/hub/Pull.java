package io.mural.engine.hub;

import io.mural.engine.text.Figures;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;

/**
 * Brings a model from the hub into the cache: the files that mural reads, as of one commit. What is there already stays;
 * what an earlier pull left unfinished goes on. The branch or tag means the new commit only when all its files are there.
 */
public final class Pull {
    private static final int MOST_PARTS = 1000;

    private final HubSettings settings;
    private final PullListener listener;
    private final HubCache cache;

    public Pull(HubSettings settings, PullListener listener) {
        this.settings = settings;
        this.listener = listener;
        cache = settings.files();
    }

    /** @return where the model is, as {@link HubCache#find} says */
    public Path run(HubName model) {
        if (settings.offline()) {
            return cache.snapshot(model)
                    .map(_ -> cache.find(model))
                    .orElseThrow(() -> new InputException(model
                            + ": is not among the pulled models in " + cache.folder()
                            + ", and HF_HUB_OFFLINE forbids to download it; unset that"));
        }
        try {
            Files.createDirectories(cache.folder());
            try (var client = new HubClient(settings, listener)) {
                return pull(client, model);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("the pull was stopped").initCause(e);
        } catch (StorageFault e) {
            throw unwritable(model, e.getCause());
        } catch (IOException e) {
            throw unwritable(model, e);
        }
    }

    private InputException unwritable(HubName model, IOException e) {
        return new InputException(
                model + ": cannot be written to " + cache.folder() + ": " + Shown.reason(e)
                        + "; make room, or name another folder in HF_HUB_CACHE, and pull it again, which goes on",
                e);
    }

    private Path pull(HubClient client, HubName model) throws IOException, InterruptedException {
        var listed = list(client, model);
        var commit = model.isPinned() ? model.revision() : commit(client, model, listed);
        var pinned = model.at(commit);
        // The branch may have moved between two requests: the commit's own list counts.
        var files = ModelFiles.of(model, model.isPinned() ? listed : list(client, pinned));
        try (var _ = RepositoryLock.take(cache.folder(), model, () -> listener.waitsForOther(model))) {
            var snapshot = new Snapshot(cache.model(model), commit);
            Files.createDirectories(cache.model(model).resolve("blobs"));
            var missing = missing(snapshot, files);
            long bytes = files.stream().mapToLong(HubFile::size).sum();
            listener.begins(
                    model,
                    commit,
                    files.size(),
                    bytes,
                    missing.stream().mapToLong(HubFile::size).sum());
            requireSpace(model, snapshot, missing);
            for (var file : missing) {
                listener.file(file.path(), file.size());
                if (!Files.isRegularFile(snapshot.blob(file))) {
                    new Download(client, settings, listener).fetch(place(pinned, file), file, snapshot.blob(file));
                }
                snapshot.link(file);
            }
            if (!model.isPinned()) {
                snapshot.refer(model.revision(), commit);
            }
            return cache.find(model);
        }
    }

    /** Small files first: what is wrong with a model shows early. */
    private static List<HubFile> missing(Snapshot snapshot, List<HubFile> files) throws IOException {
        List<HubFile> missing = new ArrayList<>();
        for (var file : files) {
            if (!snapshot.has(file)) {
                missing.add(file);
            }
        }
        missing.sort(Comparator.comparingLong(HubFile::size));
        return missing;
    }

    private void requireSpace(HubName model, Snapshot snapshot, List<HubFile> missing) throws IOException {
        long needed = 0;
        for (var file : missing) {
            var blob = snapshot.blob(file);
            if (!Files.exists(blob)) {
                needed += file.size()
                        - Download.Unfinished.of(blob)
                                .present(file.size(), settings.pace().chunk());
            }
        }
        long free = Files.getFileStore(cache.folder()).getUsableSpace();
        if (needed > free) {
            throw new InputException(model + ": needs " + Figures.bytes(needed) + " more but only "
                    + Figures.bytes(free) + " are free in " + cache.folder()
                    + "; make room, or name another folder in HF_HUB_CACHE");
        }
    }

    /** All files of a revision. */
    private List<HubFile> list(HubClient client, HubName model) throws InterruptedException {
        List<HubFile> files = new ArrayList<>();
        var shown = model.at(model.revision()).toString();
        Optional<URI> next = Optional.of(URI.create(settings.endpoint() + "/api/models/" + model.repository() + "/tree/"
                + encoded(model.revision()) + "?recursive=true"));
        for (int i = 0; next.isPresent(); i++) {
            if (i == MOST_PARTS) {
                throw new InputException(shown + ": the hub's listing does not end; pull it later");
            }
            var part = client.text(new HubClient.Place(model, next.get(), shown));
            for (var entry : Json.parse(shown + ": the hub's listing", "{\"files\":" + part.text() + "}")
                    .objects("files")) {
                if (entry.string("type").equals("file")) {
                    files.add(HubFile.of(entry));
                }
            }
            next = part.next();
        }
        return files;
    }

    /** The commit that a branch or tag means now; every file tells it. */
    private String commit(HubClient client, HubName model, List<HubFile> files) throws InterruptedException {
        var smallest = ModelFiles.of(model, files).stream()
                .min(Comparator.comparingLong(HubFile::size))
                .orElseThrow(() -> new InputException(model + ": holds no files"));
        var commit = client.head(place(model, smallest)).headers().firstValue("X-Repo-Commit");
        return commit.filter(text -> text.matches("[0-9a-f]{40}"))
                .orElseThrow(() -> new InputException(model + ": " + settings.endpoint()
                        + " does not tell the commit of its files, as a hub does; try another HF_ENDPOINT"));
    }

    private HubClient.Place place(HubName model, HubFile file) {
        var path = Arrays.stream(file.path().split("/")).map(Pull::encoded).collect(Collectors.joining("/"));
        var address =
                settings.endpoint() + "/" + model.repository() + "/resolve/" + encoded(model.revision()) + "/" + path;
        return new HubClient.Place(model, URI.create(address), model.repository() + "/" + file.path());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
