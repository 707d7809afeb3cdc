package io.mural.cli.generate;

import io.mural.Size;
import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Home;
import io.mural.cli.device.DeviceOptions;
import io.mural.engine.device.Speed;
import io.mural.engine.text.Figures;
import io.mural.model.family.PictureModel;
import io.mural.model.hierarchical.HierarchicalLayout;
import io.mural.model.hierarchical.OfficialBlockMap;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.plan.LevelFigures;
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
    /** The length the official pattern was made for. */
    private static final int OFFICIAL_TEXT = 512;

    /** Who attends to whom. */
    enum Pattern {
        TOKEN,
        OFFICIAL
    }

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
    private Pattern pattern = Pattern.TOKEN;

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
        if (textTokens != null && textTokens < 1) {
            throw new BadUsage("--text-tokens " + textTokens + ": choose 1 or more");
        }
        var place = modelOptions.model(Optional.empty());
        var folder = place.path().orElseGet(Home::model);
        try (var model =
                PictureModel.open(folder, place.base(), place.variant(), modelOptions.loras(Optional.empty()))) {
            print(figures(model, place.name()), spec.commandLine().getOut());
        }
    }

    private Map<String, Object> figures(PictureModel model, String name) {
        int usual =
                pattern == Pattern.OFFICIAL ? OFFICIAL_TEXT : model.defaults().textTokens();
        int text = Optional.ofNullable(textTokens).orElse(usual);
        var grid = model.grid(size.width(), size.height());
        var geometry = model.hierarchicalSettings().geometry();
        var order = new WindowOrder(grid.height(), grid.width(), geometry.window());
        var level = LevelFigures.of(model, text, order);
        long guide = (long) geometry.guideSide(order.height()) * geometry.guideSide(order.width());
        long all = text + order.tokens() + guide;
        long pairs = switch (pattern) {
            case TOKEN ->
                HierarchicalLayout.of(
                                geometry,
                                text,
                                order,
                                geometry.guideSide(order.height()),
                                geometry.guideSide(order.width()))
                        .pairs();
            case OFFICIAL -> new OfficialBlockMap(text, order.height(), order.width()).pairs();
        };
        double flopsOfAPair = level.flopsOfAPair();
        var device = deviceOptions.choose(Precision.USUAL);
        var speed = Speed.of(device.ops(), model.noiseDtype());
        double dense = flopsOfAPair * all * all;
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("model", name);
        figures.put("width", size.width());
        figures.put("height", size.height());
        figures.put("pattern", pattern.name().toLowerCase(Locale.ROOT));
        figures.put("text_tokens", text);
        figures.put("picture_tokens", order.tokens());
        figures.put("guide_tokens", guide);
        figures.put("pairs", pairs);
        figures.put("dense_pairs", all * all);
        figures.put("saving", (double) all * all / pairs);
        figures.put("attention_tflop", flopsOfAPair * pairs / 1e12);
        figures.put("dense_attention_tflop", dense / 1e12);
        figures.put("linear_tflop", level.linearFlops() / 1e12);
        figures.put("memory_bytes", level.bytes());
        figures.put("device", device.name());
        figures.put("products", device.products(model.noiseDtype()).key());
        figures.put("seconds_a_step", speed.seconds(level.linearFlops(), flopsOfAPair * pairs));
        figures.put("dense_seconds_a_step", speed.seconds(level.linearFlops(), dense));
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
