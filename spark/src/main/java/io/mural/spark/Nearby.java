package io.mural.spark;

import io.mural.batch.Fetch;
import io.mural.tensor.InputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** Pictures that rows name, brought to this machine from wherever Hadoop opens them; the latest ones stay. */
final class Nearby implements Fetch, AutoCloseable {
    private static final int MOST = 256;

    private final URI from;
    private final Configuration hadoop;
    private final Map<String, Path> files = new LinkedHashMap<>(16, 0.75f, true);
    private Path folder; // null until a file is brought

    /** @param from the folder that relative names are seen from */
    Nearby(URI from, Configuration hadoop) {
        this.from = from;
        this.hadoop = hadoop;
    }

    @Override
    public Path file(String text) {
        var uri = located(from, text);
        if (uri.getScheme() == null || uri.getScheme().equals("file")) {
            return Path.of(uri.getPath());
        }
        var there = files.get(text);
        return there == null ? bring(text, uri) : there;
    }

    /** A path or URI, seen from a folder; blanks and signs that URIs escape may stand as they are. */
    static URI located(URI folder, String text) {
        var name = new org.apache.hadoop.fs.Path(text);
        var whole = name.toUri().getScheme() == null && !name.isAbsolute()
                ? new org.apache.hadoop.fs.Path(new org.apache.hadoop.fs.Path(folder), name)
                : name;
        return whole.toUri();
    }

    private Path bring(String text, URI uri) {
        try {
            if (folder == null) {
                folder = Files.createTempDirectory("mural-pictures");
            }
            var source = new org.apache.hadoop.fs.Path(uri);
            var place =
                    Files.createDirectory(folder.resolve(UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8))
                            .toString()));
            var file = place.resolve(source.getName());
            try (var in = FileSystem.get(uri, hadoop).open(source)) {
                Files.copy(in, file);
            }
            files.put(text, file);
            if (files.size() > MOST) {
                var oldest = files.entrySet().iterator().next();
                files.remove(oldest.getKey());
                delete(oldest.getValue());
            }
            return file;
        } catch (FileNotFoundException e) {
            throw new InputException(uri + ": no such file; name pictures as the cluster sees them", e);
        } catch (IOException e) {
            throw new UncheckedIOException(uri + ": cannot be read", e);
        }
    }

    private static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.getParent());
    }

    @Override
    public void close() throws IOException {
        for (var file : files.values()) {
            delete(file);
        }
        files.clear();
        if (folder != null) {
            Files.deleteIfExists(folder);
        }
    }
}
