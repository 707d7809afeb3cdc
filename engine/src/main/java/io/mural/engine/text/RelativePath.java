package io.mural.engine.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Paths as they stand in pictures, which are shown to others: seen from the picture's folder, so that both can be moved
 * together, and without the home folder of anybody.
 */
public final class RelativePath {
    /** Folders whose folders are named after people, on Linux, macOS and Windows. */
    private static final Set<String> OF_PEOPLE = Set.of("home", "Users");

    private RelativePath() {}

    /**
     * The path to write into a picture. A file that is seen through somebody's home folder only is named without its
     * folders; so is every file where the picture has no place.
     *
     * @param picture the file that it is written into, where that is one
     */
    public static Path of(Path file, Optional<Path> picture) {
        if (picture.isEmpty() || !Files.exists(file)) {
            return picture.isEmpty() || file.isAbsolute() ? name(file) : file;
        }
        try {
            var folder = picture.get().toAbsolutePath().getParent().toRealPath();
            return seen(real(file), folder);
        } catch (IOException | IllegalArgumentException e) {
            return name(file); // of another disk, or gone meanwhile
        }
    }

    /** Links of the file itself stay: they may be its name for the user. */
    private static Path real(Path file) throws IOException {
        var absolute = file.toAbsolutePath();
        var last = absolute.getFileName();
        return last == null || last.toString().matches("\\.{1,2}")
                ? absolute.toRealPath()
                : absolute.getParent().toRealPath().resolve(last);
    }

    private static Path seen(Path file, Path folder) {
        var way = folder.relativize(file);
        for (int i = 0; i < way.getNameCount() - 1; i++) {
            if (OF_PEOPLE.contains(way.getName(i).toString())) {
                return name(file);
            }
        }
        return way.toString().isEmpty() ? Path.of(".") : way;
    }

    private static Path name(Path file) {
        var name = file.toAbsolutePath().normalize().getFileName();
        return name == null ? Path.of(".") : name;
    }

    /** A path as it stands in a text, with the same separators on every system. */
    public static String text(Path path) {
        return path.toString().replace(path.getFileSystem().getSeparator(), "/");
    }

    /** The file that a path in a picture names: beside the picture, else in the current folder, where older ones meant it. */
    public static Path find(Path file, Path picture) {
        var beside = picture.resolveSibling(file);
        return Files.exists(beside) ? beside : file;
    }
}
