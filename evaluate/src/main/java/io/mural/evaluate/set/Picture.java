package io.mural.evaluate.set;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A picture's file.
 *
 * @param size in bytes
 * @param time of its last change, milliseconds
 */
public record Picture(Path path, long size, long time) {
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "bmp", "gif");

    /** The file's name without its folders. */
    public String name() {
        return path.getFileName().toString();
    }

    /** The name without its ending: what pairs of pictures share. */
    public String stem() {
        var name = name();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /** The pictures directly in a folder in order of name, or the one that is named. */
    public static List<Picture> in(Path path) {
        if (!Files.exists(path)) {
            throw new InputException(path + ": no such picture or folder of pictures");
        }
        try (Stream<Path> files = Files.isDirectory(path) ? Files.list(path) : Stream.of(path)) {
            var pictures = new ArrayList<Picture>();
            for (var file : files.filter(file -> !Files.isDirectory(path) || isPicture(file))
                    .sorted()
                    .toList()) {
                pictures.add(new Picture(
                        file, Files.size(file), Files.getLastModifiedTime(file).toMillis()));
            }
            if (pictures.isEmpty()) {
                throw new InputException(path + " holds no pictures (*.png, *.jpg, *.jpeg, *.bmp, *.gif)");
            }
            return pictures;
        } catch (IOException e) {
            throw new InputException(path + " cannot be listed: " + Shown.reason(e), e);
        }
    }

    private static boolean isPicture(Path file) {
        var name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0
                && Files.isRegularFile(file)
                && ENDINGS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    /** The first {@code limit} of them, in order of name or in an order drawn from a seed. */
    static List<Picture> chosen(List<Picture> pictures, int limit, Optional<Long> shuffle) {
        var order = new ArrayList<>(pictures);
        shuffle.ifPresent(seed -> Collections.shuffle(order, new Random(seed)));
        return List.copyOf(order.subList(0, Math.min(limit, order.size())));
    }
}
