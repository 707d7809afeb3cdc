package io.mural.cli.evaluate;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Stdin;
import io.mural.evaluate.pixels.Resizer;
import io.mural.evaluate.set.Metric;
import io.mural.evaluate.set.MetricWeights;
import io.mural.evaluate.set.Settings;
import io.mural.tensor.InputException;
import io.mural.weights.text.SmallFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What to measure with networks, and how. */
final class MetricOptions {
    @Option(
            names = "--metrics",
            paramLabel = "LIST",
            split = ",",
            description = "Which figures: fid, patch-fid, kid, is, patch-is, precision-recall, clip, clip-iqa.")
    private List<String> metrics = List.of();

    @Option(
            names = "--reference",
            paramLabel = "FOLDER_OR_FILE",
            description = "Real pictures to compare with, or their statistics (--statistics).")
    private Path reference;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = "One prompt a line, for pictures that do not hold theirs; in order of the pictures' names.")
    private Path prompts;

    @Option(names = "--weights", paramLabel = "FOLDER", description = "The networks' weights; docs/evaluation.md.")
    private Path weights;

    @Option(
            names = "--clip",
            paramLabel = "NAME",
            description = "The CLIP of the score: a folder within --weights. Default: clip.")
    private String clip;

    @Option(
            names = "--resize",
            paramLabel = "HOW",
            description = "To Inception's size: clean, pytorch-fid, tensorflow1, bilinear-antialias. Default: clean.")
    private String resize;

    @Option(names = "--patch", paramLabel = "N", description = "Side of patches, pixels. Default: 1024.")
    private Integer patch;

    @Option(
            names = "--iqa-size",
            paramLabel = "N",
            description = "Shorter side of pictures for clip-iqa. Default: their own.")
    private Integer iqaSize;

    @Option(
            names = "--iqa-pair",
            paramLabel = "GOOD,BAD",
            split = ",",
            description = "The two texts of clip-iqa. Default: \"Good photo.,Bad photo.\".")
    private List<String> pair = List.of();

    @Option(names = "--splits", paramLabel = "N", description = "Splits of the Inception score. Default: 10.")
    private Integer splits;

    @Option(names = "--kid-subsets", paramLabel = "N", description = "Subsets of KID. Default: 100.")
    private Integer subsets;

    @Option(names = "--limit", paramLabel = "N", description = "Takes the first N pictures of a set.")
    private Integer limit;

    @Option(
            names = "--shuffle",
            paramLabel = "SEED",
            description = "Takes pictures in an order drawn from the seed instead of that of their names.")
    private Long shuffle;

    @Option(names = "--seed", paramLabel = "SEED", description = "Of KID's subsets and of the bootstrap. Default: 0.")
    private Long seed;

    @Option(
            names = "--bootstrap",
            paramLabel = "N",
            description = "Draws the set N times again for an interval of FID. Default: 0, no interval.")
    private Integer bootstrap;

    @Option(
            names = "--cache",
            paramLabel = "FOLDER",
            description = "Keeps every picture's features there, so that work that was cut off goes on. Default: the"
                    + " folder .mural-features beside the pictures.")
    private Path cache;

    @Option(names = "--no-cache", description = "Keeps no features.")
    private boolean noCache;

    @Option(
            names = "--background",
            paramLabel = "RRGGBB",
            description = "The colour behind transparent pictures, which are refused without it.")
    private String background;

    /** Whether an option of networks was given. */
    boolean used() {
        return usedOfSets() || weights != null;
    }

    /** Whether an option was given that belongs to sets of pictures. */
    boolean usedOfSets() {
        return !metrics.isEmpty()
                || !pair.isEmpty()
                || noCache
                || Stream.of(
                                reference, prompts, clip, resize, patch, iqaSize, splits, subsets, limit, shuffle, seed,
                                bootstrap, cache)
                        .anyMatch(option -> option != null);
    }

    /** Where noise, KID's subsets and the bootstrap come from. */
    long seed() {
        return seed == null ? Settings.USUAL.seed() : seed;
    }

    /** How many pictures of a set count. */
    int limit() {
        return limit == null ? Settings.USUAL.limit() : limit;
    }

    boolean hasWeights() {
        return weights != null;
    }

    boolean ofPrompts() {
        return prompts != null;
    }

    static List<String> names() {
        return Arrays.stream(Metric.values()).map(Metric::word).toList();
    }

    /** What the options name, else {@code usual}; options that would have no effect on these are refused. */
    Set<Metric> chosen(Set<Metric> usual) {
        var chosen = EnumSet.noneOf(Metric.class);
        for (var name : metrics) {
            chosen.add(Arrays.stream(Metric.values())
                    .filter(metric -> metric.word().equals(name.strip()))
                    .findFirst()
                    .orElseThrow(
                            () -> new BadUsage("--metrics " + name + ": choose of " + String.join(", ", names()))));
        }
        if (chosen.isEmpty()) {
            chosen.addAll(usual);
        }
        requireEffect(chosen);
        return chosen;
    }

    private void requireEffect(Set<Metric> chosen) {
        boolean patches = chosen.contains(Metric.PATCH_FID) || chosen.contains(Metric.PATCH_IS);
        boolean scores = chosen.contains(Metric.IS) || chosen.contains(Metric.PATCH_IS);
        boolean fids = chosen.contains(Metric.FID) || chosen.contains(Metric.PATCH_FID);
        refuse(patch != null && !patches, "--patch is for patch-fid and patch-is");
        refuse(splits != null && !scores, "--splits is for is and patch-is");
        refuse(subsets != null && !chosen.contains(Metric.KID), "--kid-subsets is for kid");
        refuse(bootstrap != null && !fids, "--bootstrap is for fid and patch-fid");
        refuse(iqaSize != null && !chosen.contains(Metric.CLIP_IQA), "--iqa-size is for clip-iqa");
        refuse(!pair.isEmpty() && !chosen.contains(Metric.CLIP_IQA), "--iqa-pair is for clip-iqa");
        refuse(prompts != null && !chosen.contains(Metric.CLIP), "--prompts is for clip");
        refuse(
                reference != null && chosen.stream().noneMatch(Metric::needsReference),
                "--reference is for fid, patch-fid, kid and precision-recall");
        refuse(cache != null && noCache, "--cache and --no-cache exclude each other");
    }

    private static void refuse(boolean given, String why) {
        if (given) {
            throw new BadUsage(why);
        }
    }

    MetricWeights weights() {
        return new MetricWeights(Optional.ofNullable(weights), clip == null ? MetricWeights.CLIP : clip);
    }

    Optional<Path> reference() {
        return Optional.ofNullable(reference);
    }

    List<String> prompts() {
        return prompts == null ? List.of() : lines(prompts);
    }

    static List<String> lines(Path file) {
        try {
            return SmallFile.text(file, Stdin.MOST_BYTES)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read; prompts stand in a text file, one a line", e);
        }
    }

    Settings settings(Path pictures) {
        var usual = Settings.USUAL;
        if (!pair.isEmpty() && pair.size() != 2) {
            throw new BadUsage(
                    "--iqa-pair takes two texts with a comma between, such as \"Sharp photo.,Blurry photo.\"");
        }
        return new Settings(
                resizer(),
                patch == null ? usual.patch() : patch,
                iqaSize == null ? usual.iqaSize() : iqaSize,
                pair.isEmpty() ? usual.good() : pair.getFirst(),
                pair.isEmpty() ? usual.bad() : pair.getLast(),
                splits == null ? usual.splits() : splits,
                subsets == null ? usual.subsets() : subsets,
                usual.neighbours(),
                limit == null ? usual.limit() : limit,
                Optional.ofNullable(shuffle),
                seed == null ? usual.seed() : seed,
                bootstrap == null ? usual.bootstrap() : bootstrap,
                cacheFolder(pictures),
                background());
    }

    private Optional<Path> cacheFolder(Path pictures) {
        if (noCache) {
            return Optional.empty();
        }
        if (cache != null) {
            return Optional.of(cache);
        }
        var folder = Files.isDirectory(pictures)
                ? pictures
                : pictures.toAbsolutePath().getParent();
        return Optional.of(folder.resolve(".mural-features"));
    }

    private Resizer resizer() {
        if (resize == null) {
            return Settings.USUAL.resizer();
        }
        return Arrays.stream(Resizer.values())
                .filter(resizer -> resizer.word().equals(resize))
                .findFirst()
                .orElseThrow(() -> new BadUsage("--resize " + resize + ": choose of "
                        + String.join(
                                ", ",
                                Arrays.stream(Resizer.values())
                                        .map(Resizer::word)
                                        .toList())));
    }

    Optional<byte[]> background() {
        if (background == null) {
            return Optional.empty();
        }
        var hex = background.startsWith("#") ? background.substring(1) : background;
        if (!hex.matches("[0-9a-fA-F]{6}")) {
            throw new BadUsage("--background " + background + ": a colour is six digits, such as ffffff");
        }
        List<Byte> bytes = new ArrayList<>();
        for (int i = 0; i < 6; i += 2) {
            bytes.add((byte) Integer.parseInt(hex.substring(i, i + 2), 16));
        }
        return Optional.of(new byte[] {bytes.get(0), bytes.get(1), bytes.get(2)});
    }
}
