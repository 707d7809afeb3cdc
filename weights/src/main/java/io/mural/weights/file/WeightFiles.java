package io.mural.weights.file;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Chooses the weights in a component's folder as diffusers and transformers name them: {@code X.safetensors}, or
 * {@code X.safetensors.index.json} with shards, or a variant of either such as {@code X.fp16.safetensors}; or a GGUF file that
 * stands there alone.
 */
public final class WeightFiles {
    private static final String SUFFIX = ".safetensors";
    private static final String GGUF = ".gguf";
    private static final Pattern INDEX = Pattern.compile("(.+)\\.safetensors\\.index(\\.[^.]+)?\\.json");
    private static final Pattern SHARD = Pattern.compile(".+-\\d{5}-of-\\d{5}(\\.[^.]+)?\\.safetensors");
    /** Names of diffusers and transformers, an index before a single file; shards have none of them. */
    private static final List<Pattern> VARIANTS = List.of(
            Pattern.compile("[^.]+\\.safetensors\\.index\\.([^.]+)\\.json"),
            Pattern.compile("[^.]+\\.([^.]+)\\.safetensors\\.index\\.json"),
            Pattern.compile("(?!.*-\\d{5}-of-\\d{5})[^.]+\\.([^.]+)\\.safetensors"));

    private static final List<String> BASES = List.of("diffusion_pytorch_model", "model");

    private WeightFiles() {}

    static boolean isIndex(Path file) {
        return file.getFileName() != null
                && INDEX.matcher(file.getFileName().toString()).matches();
    }

    /** The index or the single file of a variant, where the folder has that; else as {@link #in(Path)}. */
    static Path in(Path folder, Optional<String> variant) {
        List<String> names = names(folder);
        for (int i = 0; variant.isPresent() && i < VARIANTS.size(); i++) {
            Pattern form = VARIANTS.get(i);
            List<String> found = select(names, name -> variant.equals(variant(form, name)));
            if (found.size() == 1) {
                return folder.resolve(found.getFirst());
            }
        }
        return in(folder);
    }

    /** The variants that a folder has, in order of their names. */
    static SortedSet<String> variants(Path folder) {
        SortedSet<String> variants = new TreeSet<>();
        for (String name : names(folder)) {
            VARIANTS.forEach(form -> variant(form, name).ifPresent(variants::add));
        }
        return variants;
    }

    private static Optional<String> variant(Pattern form, String name) {
        Matcher matcher = form.matcher(name);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** The index or the single file to open. The plain name goes before a variant, an index before a single file. */
    static Path in(Path folder) {
        List<String> names = names(folder);
        List<String> candidates = candidates(names);
        if (candidates.isEmpty()) {
            throw new InputException(folder + ": " + none(folder, names));
        }
        if (candidates.size() > 1) {
            throw new InputException(folder + ": several files of weights (" + Shown.few(candidates) + "); "
                    + (variants(folder).size() > 1
                            ? "choose one by `variant`, or name its file"
                            : "name the one to use"));
        }
        return folder.resolve(candidates.getFirst());
    }

    /** Which of the names in a component's folder would be opened; empty where none is, or several alike are. */
    public static Optional<String> among(List<String> names) {
        List<String> candidates = candidates(names);
        return candidates.size() == 1 ? Optional.of(candidates.getFirst()) : Optional.empty();
    }

    /** The names of the shards that belong to an index, by how they are named; none for a single file. */
    public static List<String> shardsOf(String chosen, List<String> names) {
        Matcher index = INDEX.matcher(chosen);
        if (!index.matches()) {
            return List.of();
        }
        Pattern shard = Pattern.compile(Pattern.quote(index.group(1)) + "-\\d{5}-of-\\d{5}"
                + Pattern.quote(index.group(2) == null ? "" : index.group(2)) + "\\.safetensors");
        return select(names, name -> shard.matcher(name).matches());
    }

    private static List<String> candidates(List<String> names) {
        for (String base : BASES) {
            for (String plain : List.of(base + SUFFIX + ".index.json", base + SUFFIX)) {
                if (names.contains(plain)) {
                    return List.of(plain);
                }
            }
        }
        return select(
                names,
                name -> INDEX.matcher(name).matches()
                        || name.endsWith(SUFFIX) && !SHARD.matcher(name).matches()
                        || name.endsWith(GGUF));
    }

    private static String none(Path folder, List<String> names) {
        if (names.stream().anyMatch(name -> SHARD.matcher(name).matches())) {
            return "holds shards but not their .safetensors.index.json; download it too";
        }
        List<String> pickles = select(names, name -> OtherFormats.isPickle(folder.resolve(name)));
        return pickles.isEmpty()
                ? "holds no .safetensors or .gguf file"
                : "holds only " + Shown.few(pickles) + ", a Python pickle, which can run any program when it is read;"
                        + " download the model's .safetensors files";
    }

    private static List<String> select(List<String> names, Predicate<String> wanted) {
        return names.stream().filter(wanted).toList();
    }

    private static List<String> names(Path folder) {
        // Names with a leading dot are the half-written files of this and other programs.
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be read: " + Shown.reason(e), e);
        }
    }
}
