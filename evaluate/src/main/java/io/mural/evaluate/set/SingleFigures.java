package io.mural.evaluate.set;

import io.mural.evaluate.measure.Cosine;
import io.mural.evaluate.measure.Interval;
import io.mural.evaluate.network.Clip;
import io.mural.evaluate.network.TextEmbedder;
import io.mural.model.token.ClipTokenizer;
import io.mural.tensor.Ops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** CLIP score and CLIP-IQA: figures that every picture has by itself, and their means. */
final class SingleFigures {
    private final Ops ops;
    private final MetricWeights weights;
    private final Settings settings;
    private final Optional<Clip> clip;
    private final Progress progress;
    private final List<Judged> each = new ArrayList<>();
    private Optional<ClipTokenizer> tokenizer = Optional.empty();
    private Optional<float[][]> pair = Optional.empty();
    private int cut;

    SingleFigures(Ops ops, MetricWeights weights, Settings settings, Optional<Clip> clip, Progress progress) {
        this.ops = ops;
        this.weights = weights;
        this.settings = settings;
        this.clip = clip;
        this.progress = progress;
    }

    /** Adds a picture with its embeddings, where there are any. */
    void add(Picture picture, String prompt, Optional<float[]> embedding, Optional<float[]> quality) {
        if (embedding.isEmpty() && quality.isEmpty()) {
            return;
        }
        Map<String, Double> values = new LinkedHashMap<>();
        embedding.ifPresent(image -> {
            var text = text(clip.orElseThrow(), prompt);
            values.put(Metric.CLIP.word(), Cosine.of(image, text));
        });
        quality.ifPresent(image -> values.put(Metric.CLIP_IQA.word(), Cosine.preferred(image, pair()[0], pair()[1])));
        each.add(new Judged(picture.path(), prompt, values));
    }

    private float[] text(TextEmbedder network, String text) {
        if (tokenizer.isEmpty()) {
            tokenizer = Optional.of(weights.tokenizer());
        }
        var tokens = tokenizer.get().encode(text, network.maxTokens());
        cut += tokens.truncated() ? 1 : 0;
        return network.text(ops, tokens.ids());
    }

    /** The embeddings of the texts that CLIP-IQA chooses between. */
    private float[][] pair() {
        if (pair.isEmpty()) {
            try (var network = weights.clipResNetText()) {
                pair = Optional.of(new float[][] {text(network, settings.good()), text(network, settings.bad())});
            }
        }
        return pair.get();
    }

    List<Judged> each() {
        return each;
    }

    List<Figure> figures() {
        List<Figure> figures = new ArrayList<>();
        for (var metric : List.of(Metric.CLIP, Metric.CLIP_IQA)) {
            var values = each.stream()
                    .filter(judged -> judged.values().containsKey(metric.word()))
                    .mapToDouble(judged -> judged.values().get(metric.word()))
                    .toArray();
            if (values.length > 0) {
                figures.add(new Figure(metric.word(), Interval.ofMean(values), values.length, note(metric)));
            }
        }
        return figures;
    }

    private String note(Metric metric) {
        if (metric == Metric.CLIP) {
            return "mean cosine" + (cut == 0 ? "" : ", " + cut + " prompts cut to what CLIP reads");
        }
        return "\"" + settings.good() + "\" against \"" + settings.bad() + "\", "
                + (settings.iqaSize() == 0 ? "at the picture's own size" : "shorter side " + settings.iqaSize());
    }

    /** Adds what the figures depend on. */
    void made(Map<String, String> made) {
        if (cut > 0) {
            progress.note(cut + " prompts are longer than CLIP reads; what is beyond does not count");
            made.put("prompts_cut", Integer.toString(cut));
        }
        if (pair.isPresent()) {
            made.put("iqa_pair", settings.good() + "," + settings.bad());
            made.put("iqa_size", settings.iqaSize() == 0 ? "own" : Integer.toString(settings.iqaSize()));
        }
    }
}
