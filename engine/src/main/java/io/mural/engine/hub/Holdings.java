package io.mural.engine.hub;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a cache holds, of this and other tools, and how to be rid of it. */
public final class Holdings {
    private static final Pattern FOLDER = Pattern.compile("models--([^/]+?)--([^/]+)");
    private static final Pattern BLOB = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    private final HubCache cache;

    public Holdings(HubCache cache) {
        this.cache = cache;
    }

    /**
     * A model of the cache.
     *
     * @param revisions its snapshots
     * @param bytes on the disk, each blob once, with what is unfinished
     * @param unfinished bytes of that which no snapshot uses yet
     */
    public record Model(String repository, List<Revision> revisions, long bytes, long unfinished) {}

    /**
     * A commit of a model.
     *
     * @param names branches and tags that mean it
     * @param bytes of its files
     */
    public record Revision(String commit, List<String> names, Path folder, int files, long bytes) {}

    /** All models, by name. */
    public List<Model> models() {
        List<Model> models = new ArrayList<>();
        for (var folder : entries(cache.folder())) {
            var match = FOLDER.matcher(folder.getFileName().toString());
            if (match.matches() && Files.isDirectory(folder)) {
                models.add(model(match.group(1) + "/" + match.group(2), folder));
            }
        }
        models.sort(Comparator.comparing(Model::repository));
        return models;
    }

    private static Model model(String repository, Path folder) {
        List<Revision> revisions = new ArrayList<>();
        for (var snapshot : entries(folder.resolve("snapshots"))) {
            long[] bytes = {0};
            int[] files = {0};
            walk(snapshot, (file, size) -> {
                bytes[0] += size;
                files[0]++;
            });
            var commit = snapshot.getFileName().toString();
            revisions.add(new Revision(commit, names(folder, commit), snapshot, files[0], bytes[0]));
        }
        long[] bytes = {0};
        long[] unfinished = {0};
        walk(folder, (file, size) -> {
            if (!Files.isSymbolicLink(file)) {
                long stored = stored(file, size);
                bytes[0] += stored;
                boolean blob = file.getParent().endsWith("blobs");
                unfinished[0] +=
                        blob && !BLOB.matcher(file.getFileName().toString()).matches() ? stored : 0;
            }
        });
        return new Model(repository, revisions, bytes[0], unfinished[0]);
    }

    /** Of an unfinished file only what has come: the rest are holes. */
    private static long stored(Path file, long size) {
        var name = file.getFileName().toString();
        if (!name.endsWith(".mural")) {
            return size;
        }
        try {
            var blob = file.resolveSibling(name.substring(0, name.length() - ".mural".length()));
            return Download.Unfinished.of(blob).present(size, HubSettings.Pace.USUAL.chunk());
        } catch (IOException e) {
            return size;
        }
    }

    private static List<String> names(Path folder, String commit) {
        var refs = folder.resolve("refs");
        var names = new TreeSet<String>();
        walk(refs, (file, size) -> {
            try {
                if (Files.readString(file).strip().equals(commit)) {
                    names.add(refs.relativize(file).toString().replace('\\', '/'));
                }
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        });
        return List.copyOf(names);
    }

    /**
     * Removes a model, or one revision of it and what no other revision uses.
     *
     * @param revision whether only the name's revision goes
     * @return bytes that are free again
     */
    public long remove(HubName name, boolean revision) {
        var folder = cache.model(name);
        if (!Files.isDirectory(folder)) {
            throw absent(name);
        }
        try (var _ = RepositoryLock.take(cache.folder(), name, () -> {
            throw new InputException(name.repository() + ": is being pulled by another process; stop that first");
        })) {
            var before = model(name.repository(), folder);
            if (!revision
                    || before.revisions().size() < 2 && cache.snapshot(name).isPresent()) {
                removeAll(folder);
                return before.bytes();
            }
            var commit = cache.snapshot(name)
                    .orElseThrow(() -> absent(name))
                    .getFileName()
                    .toString();
            removeRevision(folder, commit);
            return before.bytes() - model(name.repository(), folder).bytes();
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be removed: " + Shown.reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }

    private InputException absent(HubName name) {
        return new InputException(
                name + ": is not among the pulled models in " + cache.folder() + "; 'mural models' lists them");
    }

    /** Names first, then what they name: what is cut off in between leaves no name of half a model. */
    private static void removeAll(Path folder) throws IOException {
        delete(folder.resolve("refs"));
        delete(folder.resolve("snapshots"));
        delete(folder);
    }

    private static void removeRevision(Path folder, String commit) throws IOException {
        for (var name : names(folder, commit)) {
            Files.deleteIfExists(folder.resolve("refs").resolve(name));
        }
        delete(folder.resolve("snapshots").resolve(commit));
        Set<Path> used = new HashSet<>();
        walk(folder.resolve("snapshots"), (file, size) -> used.add(target(file)));
        for (var blob : entries(folder.resolve("blobs"))) {
            if (!used.contains(blob.toRealPath())) {
                Files.delete(blob);
            }
        }
    }

    private static Path target(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private interface Visit {
        void file(Path file, long size);
    }

    /** Files below a folder, links with the size of what they lead to; links to nothing are passed over. */
    private static void walk(Path folder, Visit visit) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : files.toList()) {
                size(file).ifPresent(size -> visit.file(file, size));
            }
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private static Optional<Long> size(Path file) throws IOException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.isRegularFile() ? Optional.of(attributes.size()) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static List<Path> entries(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private static InputException unreadable(Path file, IOException e) {
        return new InputException(file + ": cannot be read: " + Shown.reason(e), e);
    }
}
