package io.mural.cli.generate;

import io.mural.cli.console.BadUsage;
import io.mural.model.pipeline.CheckpointFile;
import io.mural.tensor.InputException;
import io.mural.weights.text.UnwritableException;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Where pictures go. A file named with {@code -o} is replaced, as the user says so; a name made from the prompt never
 * replaces anything.
 */
final class Outputs {
    private static final Set<String> OTHER_FORMATS =
            Set.of("webp", "gif", "bmp", "tif", "tiff", "avif", "heic", "jxl", "tga", "ppm", "exr");
    /** Code points: with four bytes for each a name still fits into the 255 bytes of a file name. */
    private static final int LONGEST_SLUG = 40;

    private final Optional<Path> named;
    private final Path folder;
    private final int pictures;
    private final Set<Path> taken = new HashSet<>();

    /**
     * @param option of {@code -o}: a file, or a folder that is there
     * @param pictures how many there will be; several are numbered
     */
    Outputs(Optional<Path> option, int pictures) {
        this.pictures = pictures;
        boolean isFolder = option.isPresent() && Files.isDirectory(option.get());
        named = isFolder ? Optional.empty() : option;
        named.ifPresent(Outputs::requireName);
        folder = isFolder
                ? option.get()
                : named.map(file -> file.getParent() == null ? Path.of("") : file.getParent())
                        .orElse(Path.of(""));
    }

    private static void requireName(Path file) {
        if (file.getFileName() == null) {
            throw new BadUsage("-o " + file + ": name a file");
        }
        var name = file.getFileName().toString();
        var ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (OTHER_FORMATS.contains(ending)) {
            throw new BadUsage("-o " + file + ": pictures are written as PNG or JPEG; name it "
                    + name.substring(0, name.length() - ending.length()) + "png");
        }
    }

    /** The place of picture {@code number}, from 1 on. Places are given once. */
    Path place(int number, String prompt, long seed) {
        if (named.isPresent()) {
            return pictures == 1 ? named.get() : numbered(named.get(), number);
        }
        var name = slug(prompt) + "-" + Long.toUnsignedString(seed);
        var file = folder.resolve(name + ".png");
        // Another run may be making a picture of that name, or have finished one a moment ago.
        for (int i = 2; taken.contains(file) || !isFree(file); i++) {
            file = folder.resolve(name + "-" + i + ".png");
        }
        taken.add(file);
        return file;
    }

    private static boolean isFree(Path file) {
        return !Files.exists(file) && WholeFile.reserve(file) && !Files.exists(file);
    }

    /** {@code out.png} as {@code out-1.png}, with as many digits as the last one has. */
    private Path numbered(Path file, int number) {
        var name = file.getFileName().toString();
        int dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length();
        int digits = Integer.toString(pictures).length();
        var numbered = String.format(Locale.ROOT, "-%0" + digits + "d", number);
        return file.resolveSibling(name.substring(0, dot) + numbered + name.substring(dot));
    }

    /** The beginning of a prompt as a file name: letters and digits of any script, other characters as one dash. */
    private static String slug(String prompt) {
        var words = prompt.strip().toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{M}\\p{N}]+", "-");
        var trimmed = words.replaceAll("^-|-$", "");
        int length = Math.min(LONGEST_SLUG, trimmed.codePointCount(0, trimmed.length()));
        var slug = trimmed.substring(0, trimmed.offsetByCodePoints(0, length));
        if (length == LONGEST_SLUG && slug.lastIndexOf('-') > LONGEST_SLUG / 2) {
            slug = slug.substring(0, slug.lastIndexOf('-'));
        }
        return slug.isEmpty() ? "mural" : slug.replaceAll("-$", "");
    }

    /** Refuses places that cannot be written, or that would destroy an input, before any work is done. */
    void check(List<Path> places, List<Path> inputs) {
        for (var place : places) {
            if (Files.exists(place) && !Files.isRegularFile(place)) {
                throw new InputException(place + ": is not a regular file, so it is not replaced; choose another -o");
            }
            for (var input : inputs) {
                if (Files.exists(place) && same(place, input)) {
                    throw new BadUsage(
                            "-o " + place + ": would replace the picture it starts from; choose another name");
                }
            }
        }
        checkFolder(Collections.max(
                places, Comparator.comparing(place -> place.toString().length())));
    }

    private static boolean same(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException e) {
            throw new InputException(other + ": cannot be read", e);
        }
    }

    private void checkFolder(Path place) {
        var shown = folder.toString().isEmpty() ? "the current folder" : folder.toString();
        if (!Files.isDirectory(folder.toAbsolutePath())) {
            throw new InputException(shown + ": no such folder to write to; make it, or choose another -o");
        }
        try {
            // A name may fit for the picture, and not for the checkpoint beside it.
            WholeFile.check(CheckpointFile.beside(place));
            WholeFile.probe(place);
        } catch (UnwritableException e) {
            throw new InputException(e.getMessage() + "; choose another -o", e);
        }
    }
}
