package io.mural.nano;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files of a jar, unpacked once: into a folder that is named after their contents and appears whole, by one rename. A folder
 * that someone has changed since is made anew.
 */
final class Unpacking {
    private static final int NAME_LENGTH = 12;

    /** A file as the list has it. */
    private record Entry(String sha256, long size, String path) {
        static Entry of(String line) {
            var words = line.split(" ", 3);
            return new Entry(words[0], Long.parseLong(words[1]), words[2]);
        }
    }

    private final Class<?> place;
    private final String list;

    private Unpacking(Class<?> place, String list) {
        this.place = place;
        this.list = list;
    }

    /** What the list {@code files.txt} beside a class names, in {@code models} beside it. */
    static Unpacking of(Class<?> place) {
        try (var resource = resource(place, "files.txt")) {
            return new Unpacking(place, new String(resource.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("files.txt of " + place.getName() + " cannot be read", e);
        }
    }

    private static InputStream resource(Class<?> place, String name) {
        var resource = place.getResourceAsStream(name);
        if (resource == null) {
            throw new IllegalStateException(name + " is missing beside " + place.getName() + " in its jar");
        }
        return resource;
    }

    private List<Entry> entries() {
        return list.lines().map(Entry::of).toList();
    }

    /** The folder with the files, below {@code cache}. */
    Path into(Path cache) {
        var name = "nano-"
                + hex(digest().digest(list.getBytes(StandardCharsets.UTF_8))).substring(0, NAME_LENGTH);
        var folder = cache.resolve(name);
        try {
            if (!isWhole(folder)) {
                Files.createDirectories(cache);
                unpack(folder);
            }
            return folder;
        } catch (IOException e) {
            throw new InputException(
                    "mural-nano: cannot be unpacked to " + folder + ": " + Shown.reason(e)
                            + "; make room, or let XDG_CACHE_HOME name a folder that can be written",
                    e);
        }
    }

    /** By sizes: hashing 16 MB at every start would cost more than it finds. */
    private boolean isWhole(Path folder) throws IOException {
        for (var entry : entries()) {
            var file = folder.resolve(entry.path());
            if (!Files.isRegularFile(file) || Files.size(file) != entry.size()) {
                return false;
            }
        }
        return true;
    }

    private void unpack(Path folder) throws IOException {
        var unfinished = Files.createTempDirectory(folder.getParent(), ".nano-");
        try {
            for (var entry : entries()) {
                unpack(entry, unfinished.resolve(entry.path()));
            }
            if (Files.exists(folder)) {
                delete(folder);
            }
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            // Another process may have been first.
            if (!isWhole(folder)) {
                throw e;
            }
        } finally {
            delete(unfinished);
        }
    }

    private void unpack(Entry entry, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        byte[] bytes;
        try (var resource = resource(place, "models/" + entry.path())) {
            bytes = resource.readAllBytes();
        }
        if (!hex(digest().digest(bytes)).equals(entry.sha256())) {
            throw new IllegalStateException(entry.path() + " in the jar is not what its list says");
        }
        Files.write(file, bytes, StandardOpenOption.CREATE_NEW);
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
