package io.mural.spark;

import io.mural.batch.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Pictures in a file system that Hadoop opens. Object stores show a file when it is written whole; in others it is written
 * under another name first.
 */
final class RemoteStore implements Store, AutoCloseable {
    private static final Set<String> OBJECT_STORES = Set.of("s3a", "s3", "s3n", "gs", "oss", "cosn", "obs");

    private final FileSystem files;
    private final Path out;
    private final java.nio.file.Path work;

    RemoteStore(Path out, Configuration hadoop) throws IOException {
        this.out = out;
        files = out.getFileSystem(hadoop);
        work = Files.createTempDirectory("mural-batch");
    }

    private Path place(String identity) {
        return new Path(out, relative(identity));
    }

    @Override
    public boolean has(String identity) throws IOException {
        return files.exists(place(identity));
    }

    @Override
    public java.nio.file.Path workplace(String identity, boolean levels) {
        return work.resolve(identity + ".png");
    }

    @Override
    public void publish(java.nio.file.Path made, String identity) throws IOException {
        var place = place(identity);
        if (OBJECT_STORES.contains(files.getUri().getScheme())) {
            write(made, place);
        } else {
            var unfinished = new Path(out, "_mural/tmp/" + UUID.randomUUID() + ".png");
            try {
                write(made, unfinished);
                files.mkdirs(place.getParent());
                rename(unfinished, place);
            } finally {
                files.delete(unfinished, false);
            }
        }
        // The file that was made serves for reading until the next one is made.
        keepOnly(made);
    }

    private void rename(Path from, Path to) throws IOException {
        boolean renamed;
        try {
            renamed = files.rename(from, to);
        } catch (FileAlreadyExistsException e) {
            renamed = false; // some file systems say so, others answer false
        }
        if (!renamed && !files.exists(to)) {
            throw new IOException(to + ": cannot be written");
        }
    }

    private void write(java.nio.file.Path made, Path place) throws IOException {
        try (var out = files.create(place, true)) {
            Files.copy(made, out);
        }
    }

    @Override
    public java.nio.file.Path local(String identity) throws IOException {
        var here = workplace(identity, false);
        if (!Files.exists(here)) {
            try (var in = files.open(place(identity))) {
                Files.copy(in, here);
            }
            keepOnly(here);
        }
        return here;
    }

    private void keepOnly(java.nio.file.Path one) throws IOException {
        try (var all = Files.newDirectoryStream(work, "*.png")) {
            for (var each : all) {
                if (!each.equals(one)) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }

    @Override
    public String relative(String identity) {
        return "pictures/" + identity.substring(0, 2) + "/" + identity + ".png";
    }

    @Override
    public void close() throws IOException {
        try (var all = Files.newDirectoryStream(work)) {
            for (var each : all) {
                Files.deleteIfExists(each);
            }
        }
        Files.deleteIfExists(work);
    }
}
