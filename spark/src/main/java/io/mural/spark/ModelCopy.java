package io.mural.spark;

import io.mural.engine.text.Figures;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/**
 * A model copied to a node's disk, once for all executors there: under a lock, into a folder that appears whole. Files that
 * change at their source have another folder.
 */
final class ModelCopy {
    private static final System.Logger LOG = System.getLogger(ModelCopy.class.getName());
    private static final double NANOS = 1e9;

    private final org.apache.hadoop.fs.Path source;
    private final FileSystem files;

    private ModelCopy(String uri, Configuration hadoop) throws IOException {
        source = new org.apache.hadoop.fs.Path(uri);
        files = source.getFileSystem(hadoop);
    }

    /** The model of a URI, folder or file, below {@code cache}. */
    static Path of(String uri, Path cache, Configuration hadoop) throws IOException {
        return new ModelCopy(uri, hadoop).into(cache);
    }

    private Path into(Path cache) throws IOException {
        var all = listed();
        var folder = Files.createDirectories(cache).resolve(name(all));
        var place = folder.resolve(source.getName());
        if (Files.exists(folder)) {
            return place;
        }
        synchronized (ModelCopy.class) {
            try (var channel = FileChannel.open(
                            folder.resolveSibling(folder.getFileName() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                if (lock.isValid() && !Files.exists(folder)) {
                    copy(all, folder);
                }
            }
        }
        return place;
    }

    private List<FileStatus> listed() throws IOException {
        List<FileStatus> all = new ArrayList<>();
        var found = files.listFiles(source, true);
        while (found.hasNext()) {
            all.add(found.next());
        }
        all.sort(Comparator.comparing(file -> file.getPath().toString()));
        return all;
    }

    private String name(List<FileStatus> all) {
        var text = new StringBuilder(files.makeQualified(source).toString());
        all.forEach(file -> text.append('\n')
                .append(file.getPath())
                .append(' ')
                .append(file.getLen())
                .append(' ')
                .append(file.getModificationTime()));
        return UUID.nameUUIDFromBytes(text.toString().getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private void copy(List<FileStatus> all, Path folder) throws IOException {
        long start = System.nanoTime();
        long bytes = all.stream().mapToLong(FileStatus::getLen).sum();
        LOG.log(System.Logger.Level.INFO, "copies {0}, {1}, to {2}", source, Figures.bytes(bytes), folder);
        var unfinished = Files.createTempDirectory(folder.getParent(), ".copy-");
        try {
            var root = files.makeQualified(source).toUri();
            for (var file : all) {
                var below = root.relativize(file.getPath().toUri()).getPath();
                var place = unfinished.resolve(source.getName());
                place = file.getPath().toUri().equals(root) ? place : place.resolve(below);
                Files.createDirectories(place.getParent());
                try (var in = files.open(file.getPath())) {
                    Files.copy(in, place);
                }
            }
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(unfinished);
        }
        var took = Figures.duration((System.nanoTime() - start) / NANOS);
        LOG.log(System.Logger.Level.INFO, "copied {0} in {1}", source, took);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (var each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
