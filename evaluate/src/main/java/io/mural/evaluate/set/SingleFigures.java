package io.mural.evaluate.set;

import io.mural.evaluate.measure.Cosine;
import io.mural.evaluate.measure.Interval;
import io.mural.evaluate.network.Clip;
import io.mural.model.token.ClipTokenizer;
import io.mural.tensor.Ops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** CLIP score and CLIP-IQA: figures that every picture has by itself, and their means. */
final class SingleFigures {
    private final Ops ops;
    private final Settings settings;
    private final Optional<Clip> clip;
    private final Optional<ClipTokenizer> tokenizer;
    private final Optional<float[][]> pair;
    private final Progress progress;
    private final List<Judged> each = new ArrayList<>();
    private int cut;

    /**
     * @param clip of the score, where it is measured
     * @param tokenizer of its prompts
     * @param pair embeddings of the texts that CLIP-IQA chooses between, where it is measured
     */
    SingleFigures(
            Ops ops,
            Settings settings,
            Optional<Clip> clip,
            Optional<ClipTokenizer> tokenizer,
            Optional<float[][]> pair,
            Progress progress) {
        this.ops = ops;
        this.settings = settings;
        this.clip = clip;
        this.tokenizer = tokenizer;
        this.pair = pair;
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
        quality.ifPresent(image -> values.put(Metric.CLIP_IQA.word(), preferred(image)));
        each.add(new Judged(picture.path(), prompt, values));
    }

    private double preferred(float[] image) {
        var texts = pair.orElseThrow();
        return Cosine.preferred(image, texts[0], texts[1]);
    }

    private float[] text(Clip network, String text) {
        var tokens = tokenizer.orElseThrow().encode(text, network.maxTokens());
        cut += tokens.truncated() ? 1 : 0;
        return network.text(ops, tokens.ids());
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
                var mean = Interval.ofMean(values);
                figures.add(new Figure(metric.word(), mean, values.length, note(metric, mean.value())));
            }
        }
        return figures;
    }

    private String note(Metric metric, double mean) {
        if (metric == Metric.CLIP) {
            return String.format(Locale.ROOT, "mean cosine, %.2f as 100 cos", 100 * mean)
                    + (cut == 0 ? "" : ", " + cut + " prompts cut to what CLIP reads");
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
