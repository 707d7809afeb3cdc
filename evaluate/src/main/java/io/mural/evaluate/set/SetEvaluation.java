package io.mural.evaluate.set;

import io.mural.evaluate.network.Clip;
import io.mural.evaluate.network.ClipResNet;
import io.mural.evaluate.network.Inception;
import io.mural.model.token.ClipTokenizer;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.weights.text.WholeFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Evaluates sets of pictures with the networks of a user's weights: each picture is read once for all metrics. */
public final class SetEvaluation implements AutoCloseable {
    private static final int MOST_REFERENCE_PATCHES = 16;

    private final Ops ops;
    private final MetricWeights weights;
    private final Settings settings;
    private final Progress progress;
    private final Set<Metric> metrics;
    private final Optional<Inception> inception;
    private final Optional<Clip> clip;
    private final Optional<ClipResNet> quality;
    private final Optional<ClipTokenizer> tokenizer;
    private final Optional<float[][]> pair; // embeddings of the texts that CLIP-IQA chooses between
    private final Map<String, String> made = new LinkedHashMap<>();

    /**
     * Opens the networks that the metrics need, all of them before any picture is looked at; {@link InputException} names
     * the first file that is missing.
     */
    public SetEvaluation(Ops ops, MetricWeights weights, Set<Metric> metrics, Settings settings, Progress progress) {
        this.ops = ops;
        this.weights = weights;
        this.metrics = metrics.isEmpty() ? EnumSet.noneOf(Metric.class) : EnumSet.copyOf(metrics);
        this.settings = settings;
        this.progress = progress;
        weights.require(metrics);
        boolean features = metrics.stream().anyMatch(m -> m.ofWholePictures() || m.ofPatches());
        inception = features ? Optional.of(weights.inception()) : Optional.empty();
        clip = metrics.contains(Metric.CLIP) ? Optional.of(weights.clip()) : Optional.empty();
        quality = metrics.contains(Metric.CLIP_IQA) ? Optional.of(weights.clipResNet()) : Optional.empty();
        boolean texts = clip.isPresent() || quality.isPresent();
        try {
            tokenizer = texts ? Optional.of(weights.tokenizer()) : Optional.empty();
            pair = quality.isPresent() ? Optional.of(pair(tokenizer.orElseThrow())) : Optional.empty();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        inception.ifPresent(network -> {
            made.put("inception_sha256", weights.inceptionSha256());
            made.put("resize", settings.resizer().word());
        });
        if (metrics.stream().anyMatch(Metric::ofPatches)) {
            made.put("patch", Integer.toString(settings.patch()));
        }
    }

    private float[][] pair(ClipTokenizer words) {
        try (var network = weights.clipResNetText()) {
            var found = new float[2][];
            for (int i = 0; i < found.length; i++) {
                var text = i == 0 ? settings.good() : settings.bad();
                var tokens = words.encode(text, network.maxTokens());
                if (tokens.truncated()) {
                    throw new InputException("`iqa-pair` \"" + text + "\" is longer than the " + network.maxTokens()
                            + " tokens that CLIP reads; choose a shorter text");
                }
                found[i] = network.text(ops, tokens.ids());
            }
            return found;
        }
    }

    // --- extractors
    // -----------------------------------------------------------------------------------------------------

    private Optional<Extractor> whole() {
        return inception
                .filter(network -> metrics.stream().anyMatch(Metric::ofWholePictures))
                .map(network -> new InceptionExtractor(network, weights.inceptionSha256(), settings.resizer(), 0, 1));
    }

    private Optional<Extractor> patches(int most) {
        return inception
                .filter(network -> metrics.stream().anyMatch(Metric::ofPatches))
                .map(network -> new InceptionExtractor(
                        network, weights.inceptionSha256(), settings.resizer(), settings.patch(), most));
    }

    // --- a set
    // ----------------------------------------------------------------------------------------------------------

    /**
     * Evaluates a set.
     *
     * @param reference a folder of pictures or a file of statistics, where a metric compares with one
     * @param prompts one a picture, empty where the pictures hold theirs
     */
    public Report evaluate(Path folder, Optional<Path> reference, List<String> prompts) {
        requireReference(reference);
        var pictures = Picture.chosen(Picture.in(folder), settings.limit(), settings.shuffle());
        var texts = clip.isPresent() ? Prompts.of(pictures, prompts) : List.<String>of();
        var whole = whole();
        var patches = patches(Integer.MAX_VALUE);
        Optional<Extractor> embeddings =
                clip.map(network -> new ClipExtractor(network, weights.clipSha256(), network.projection()));
        Optional<Extractor> qualities = quality.map(
                network -> new QualityExtractor(network, weights.sha256(MetricWeights.CLIP_RN50), settings.iqaSize()));
        var rows = rows(whole);
        var patchRows = rows(patches);
        var single = new SingleFigures(ops, settings, clip, tokenizer, pair, progress);
        List<Extractor> all = new ArrayList<>();
        List.of(whole, patches, embeddings, qualities).forEach(extractor -> extractor.ifPresent(all::add));
        int[] number = {0};
        harvest(folder, pictures, all, (picture, values) -> {
            whole.ifPresent(extractor -> rows.orElseThrow().add(values.get(extractor)));
            patches.ifPresent(extractor -> patchRows.orElseThrow().add(values.get(extractor)));
            single.add(
                    picture,
                    texts.isEmpty() ? "" : texts.get(number[0]),
                    embeddings.map(values::get),
                    qualities.map(values::get));
            number[0]++;
        });
        var figures = new ArrayList<Figure>();
        var real = reference.map(this::reference);
        var network = inception.map(found -> new InceptionFigures(ops, found, settings, progress));
        network.ifPresent(of -> figures.addAll(of.figures(metrics, rows, patchRows, real)));
        figures.addAll(single.figures());
        return new Report(figures, single.each(), told(pictures.size(), reference, single));
    }

    /** All that changes a number. */
    private Map<String, String> told(int pictures, Optional<Path> reference, SingleFigures single) {
        var told = new LinkedHashMap<>(made);
        told.put("pictures", Integer.toString(pictures));
        reference
                .filter(any -> metrics.stream().anyMatch(Metric::needsReference))
                .ifPresent(path -> told.put("reference", path.toString()));
        if (metrics.contains(Metric.IS) || metrics.contains(Metric.PATCH_IS)) {
            told.put("splits", Integer.toString(settings.splits()));
        }
        if (metrics.contains(Metric.KID)) {
            told.put("kid_subsets", Integer.toString(settings.subsets()));
        }
        if (metrics.contains(Metric.PRECISION_RECALL)) {
            told.put("neighbours", Integer.toString(settings.neighbours()));
        }
        if (settings.bootstrap() > 0) {
            told.put("bootstrap", Integer.toString(settings.bootstrap()));
        }
        if (metrics.contains(Metric.KID) || settings.bootstrap() > 0) {
            told.put("seed", Long.toString(settings.seed()));
        }
        settings.shuffle().ifPresent(seed -> told.put("shuffle", Long.toString(seed)));
        settings.background()
                .ifPresent(colour -> told.put("background", HexFormat.of().formatHex(colour)));
        single.made(told);
        weights.used().forEach((name, sha256) -> told.putIfAbsent("sha256 " + name, sha256));
        return told;
    }

    private static Optional<FeatureRows> rows(Optional<Extractor> extractor) {
        return extractor.map(present -> new FeatureRows(present.columns()));
    }

    private void harvest(Path folder, List<Picture> pictures, List<Extractor> extractors, Harvest.Taker taker) {
        var cache = settings.cache().map(where -> where.resolve(cacheName(folder)));
        try (var harvest = new Harvest(ops, extractors, cache, settings.background(), progress)) {
            harvest.run(folder.toString(), pictures, taker);
        }
    }

    /** Sets of the same name in other places must not share a file. */
    private static String cacheName(Path folder) {
        var absolute = folder.toAbsolutePath().normalize();
        return absolute.getFileName() + "-"
                + String.format("%08x", absolute.toString().hashCode());
    }

    // --- references
    // -----------------------------------------------------------------------------------------------------

    /** Refuses a reference that is missing, or that does not serve these metrics and settings. */
    public void requireReference(Optional<Path> reference) {
        for (var metric : metrics) {
            if (!metric.needsReference()) {
                continue;
            }
            var path = reference.orElseThrow(() -> new InputException(
                    metric.word() + " compares with a reference set; name its folder or its file of statistics"));
            if (Files.isDirectory(path)) {
                Picture.in(path);
            } else {
                kept(path).requireFor(metric, path);
            }
        }
    }

    private ReferenceStatistics reference(Path path) {
        return Files.isDirectory(path) ? statistics(path) : kept(path);
    }

    private ReferenceStatistics kept(Path path) {
        if (!Files.exists(path)) {
            throw new InputException(path + ": no such folder of pictures or file of statistics");
        }
        var statistics = ReferenceStatistics.read(path);
        statistics.require(path, made);
        return statistics;
    }

    private ReferenceStatistics statistics(Path folder) {
        var pictures = Picture.chosen(Picture.in(folder), settings.limit(), settings.shuffle());
        var whole = whole();
        var patches = patches(MOST_REFERENCE_PATCHES);
        List<Extractor> all = new ArrayList<>();
        List.of(whole, patches).forEach(extractor -> extractor.ifPresent(all::add));
        var rows = rows(whole);
        var patchRows = rows(patches);
        harvest(folder, pictures, all, (picture, values) -> {
            whole.ifPresent(extractor -> rows.orElseThrow().add(values.get(extractor)));
            patches.ifPresent(extractor -> patchRows.orElseThrow().add(values.get(extractor)));
        });
        return new ReferenceStatistics(
                rows.map(found -> ReferenceStatistics.Sample.of(found, true)),
                patchRows.map(found -> ReferenceStatistics.Sample.of(found, false)),
                new LinkedHashMap<>(made));
    }

    /** Writes the statistics of a reference set; the metrics say whether of whole pictures, patches or both. */
    public void writeStatistics(Path folder, Path file) {
        WholeFile.check(file);
        statistics(folder).write(file);
    }

    @Override
    public void close() {
        inception.ifPresent(Inception::close);
        clip.ifPresent(Clip::close);
        quality.ifPresent(ClipResNet::close);
    }
}
