package io.mural.cli.generate;

import io.mural.Mural;
import io.mural.Size;
import io.mural.StepPlan;
import io.mural.cli.device.DeviceOptions;
import io.mural.engine.text.Figures;
import io.mural.engine.text.Words;
import io.mural.tensor.Precision;
import io.mural.weights.text.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mural plan}: what a step at a size takes, with and without the hierarchical method. */
@Command(
        name = "plan",
        sortOptions = false,
        description =
                "Prints what a step of a large picture takes: tokens, pairs that attend, operations, memory, time.",
        footerHeading = "%nExamples:%n",
        footer = {"  mural plan --size 4096x4096", "  mural plan --size 2048x1024 --json"})
public final class PlanCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--size",
            required = true,
            paramLabel = "WxH",
            converter = SizeOption.class,
            description = "Pixels, multiples of 16; one number for a square.")
    private Size size;

    @Mixin
    private ModelOptions modelOptions;

    @Option(
            names = "--pattern",
            paramLabel = "WHICH",
            description = "token: windows with an exact halo (default). official: the blocks of the authors' code.")
    private StepPlan.Pattern pattern = StepPlan.Pattern.TOKEN;

    @Option(
            names = "--text-tokens",
            paramLabel = "N",
            description = "Length of the T5 text. Default: the model's own, for the official pattern 512.")
    private Integer textTokens;

    @Option(names = "--json", description = "One JSON object instead of lines.")
    private boolean json;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public void run() {
        var device = deviceOptions.choose(Precision.USUAL);
        try (var mural = modelOptions.open(Optional.empty(), device)) {
            print(figures(mural), spec.commandLine().getOut());
        }
    }

    private Map<String, Object> figures(Mural mural) {
        var step = mural.step(size, pattern, Optional.ofNullable(textTokens));
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("model", mural.model().name());
        figures.put("width", size.width());
        figures.put("height", size.height());
        figures.put("pattern", Words.of(pattern));
        figures.put("text_tokens", step.tokens().text());
        figures.put("picture_tokens", step.tokens().picture());
        figures.put("guide_tokens", (long) step.tokens().guide());
        figures.put("pairs", step.pairs());
        figures.put("dense_pairs", step.densePairs());
        figures.put("saving", (double) step.densePairs() / step.pairs());
        figures.put("attention_tflop", step.attentionFlops() / 1e12);
        figures.put("dense_attention_tflop", step.denseAttentionFlops() / 1e12);
        figures.put("linear_tflop", step.linearFlops() / 1e12);
        figures.put("memory_bytes", step.memoryBytes());
        figures.put("device", mural.device());
        figures.put("products", mural.products().key());
        figures.put("seconds_a_step", step.seconds());
        figures.put("dense_seconds_a_step", step.denseSeconds());
        return figures;
    }

    private void print(Map<String, Object> figures, PrintWriter out) {
        if (json) {
            out.println(Json.write(figures));
            return;
        }
        for (var line : List.copyOf(figures.entrySet())) {
            var value = line.getValue();
            var text = switch (value) {
                case Double number -> String.format(Locale.ROOT, number >= 100 ? "%.1f" : "%.3g", number);
                case Long number when line.getKey().endsWith("bytes") -> Figures.bytes(number);
                default -> value.toString();
            };
            out.println(line.getKey().replace('_', ' ') + ": " + text);
        }
    }
}
