package io.mural.server.jobs;

import io.mural.Input;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Jobs on disk: {@code ID.json} and, beside it, a folder {@code ID} of pictures. There is no other record of them. */
public final class JobFolder {
    private final Path root;

    /** @param root made if it is not there */
    public JobFolder(Path root) {
        this.root = root;
        make(root);
    }

    private static void make(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw InputException.about(
                    "output", "`output`: the folder " + folder + " cannot be made; choose another place", e);
        }
    }

    void save(Job job) {
        var json = Json.write(job.toDisk()).getBytes(StandardCharsets.UTF_8);
        write(root.resolve(job.id() + ".json"), json);
    }

    /** What the disk does not take is no fault of a request. */
    private static void write(Path file, byte[] bytes) {
        try {
            WholeFile.write(file, bytes);
        } catch (InputException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** All jobs, in the order they were made; a damaged file is told and left where it is. */
    List<Job> load(Consumer<String> log) {
        List<Job> jobs = new ArrayList<>();
        try (var files = Files.list(root)) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".json")).toList()) {
                try {
                    jobs.add(Job.read(Json.read(file)));
                } catch (InputException | IllegalArgumentException | java.time.DateTimeException e) {
                    log.accept("a job is left out: " + e.getMessage());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        jobs.sort(Comparator.comparing(Job::created).thenComparing(Job::id));
        return jobs;
    }

    /** The folder of a job's pictures. */
    public Path folder(String id) {
        return root.resolve(id);
    }

    /** Keeps a picture that a job is made from; one of another job is not copied where the disk can share it. */
    void saveInput(String id, String name, Input picture) {
        make(folder(id));
        var file = folder(id).resolve(name);
        switch (picture) {
            case Input.InMemory memory -> write(file, memory.bytes());
            case Input.InFile other -> share(other.file(), file);
        }
    }

    /** Finished pictures are never written again, so that two names may stand for one. */
    private static void share(Path picture, Path file) {
        try {
            try {
                Files.createLink(file, picture);
            } catch (UnsupportedOperationException | FileSystemException e) {
                WholeFile.copy(picture, file);
            }
        } catch (IOException | InputException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    Input input(String id, String name) {
        var file = folder(id).resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new InputException("the picture " + name + " of the job is gone");
        }
        return Input.of(name, file);
    }

    /** The file of a finished picture. */
    public Path picture(String id, int number) {
        return folder(id).resolve(number + ".png");
    }

    /** The description of the tiles of a picture; the tiles stand beside it. */
    public static Path tiles(Path picture) {
        return picture.resolveSibling(picture.getFileName().toString().replace(".png", ".dzi"));
    }

    /** A message without the folder's place. */
    String hide(String message) {
        return message.replace(root + "/", "").replace(root.toAbsolutePath() + "/", "");
    }

    void makeFolder(String id) {
        make(folder(id));
    }

    /** Removes what a job that ended early left: all but finished pictures and inputs. */
    void removeUnfinished(String id) {
        remove(folder(id), file -> {
            var name = file.getFileName().toString();
            return !name.matches("\\d+\\.png|input-.*");
        });
    }

    void delete(String id) {
        remove(folder(id), file -> true);
        try {
            Files.deleteIfExists(root.resolve(id + ".json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path folder, java.util.function.Predicate<Path> which) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var tree = Files.walk(folder)) {
            for (var file : tree.sorted(Comparator.reverseOrder()).toList()) {
                boolean empties = Files.isDirectory(file);
                if (empties ? isEmpty(file) : which.test(file)) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }
}
