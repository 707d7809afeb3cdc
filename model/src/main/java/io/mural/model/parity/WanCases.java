package io.mural.model.parity;

import io.mural.model.family.WanModel;
import io.mural.model.family.WanModel.WanConfigs;
import io.mural.model.family.WanSource;
import io.mural.model.request.LoraFile;
import io.mural.model.wan.AttentionPattern;
import io.mural.model.wan.T3Windows;
import io.mural.model.wan.TokenGrid;
import io.mural.model.wan.UltraGenAttention;
import io.mural.model.wan.WanLatents;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The cases of single components of Wan and its relatives. */
final class WanCases {
    private final Supplier<Ops> device;

    WanCases(Supplier<Ops> device) {
        this.device = device;
    }

    /** @return the error */
    double transformer(ParityCase given) {
        return transformer(given, AttentionPattern.DENSE);
    }

    double ultraGenTransformer(ParityCase given) {
        return transformer(given, ultraGen(given));
    }

    double t3Transformer(ParityCase given) {
        if (!(given.params().asMap().get("windows") instanceof List<?> list)) {
            throw given.params().error("windows", "is no list of windows");
        }
        var counts = new ArrayList<int[]>();
        for (var each : list) {
            if (!(each instanceof List<?> numbers)) {
                throw given.params().error("windows", "is no list of windows");
            }
            counts.add(numbers.stream()
                    .mapToInt(number -> number instanceof Number n ? n.intValue() : 0)
                    .toArray());
        }
        return transformer(given, new T3Windows(counts).pattern());
    }

    static AttentionPattern ultraGen(ParityCase given) {
        return UltraGenAttention.pattern(given.params().bool("antialias", false));
    }

    /** One self-attention: its branches, their weights, and what comes of them. */
    double ultraGenAttention(ParityCase given) {
        var params = given.params();
        var configs = new WanConfigs(config(given), Optional.empty(), Optional.empty());
        return withModel(given, List.of(), ultraGen(given), configs, (model, ops) -> {
            var attention = model.transformer()
                    .ultraGen(params.integer("layer"))
                    .orElseThrow(() -> params.error("layer", "has none of UltraGen's branches"));
            var grid = new TokenGrid(params.integer("frames"), params.integer("height"), params.integer("width"));
            var branches =
                    attention.branches(ops, given.tokens(ops, "in.hidden_states"), grid, params.number("timestep"));
            double worst = Math.max(
                    Deviation.of("alpha", branches.alpha(), given.floats("out.alpha")),
                    Deviation.of("alpha_local", branches.alphaLocal(), given.floats("out.alpha_local")));
            worst = Math.max(worst, Deviation.of("local", ops.read(branches.local()), given.floats("out.local")));
            worst = Math.max(
                    worst,
                    Deviation.of("hierarchical", ops.read(branches.hierarchical()), given.floats("out.hierarchical")));
            worst = Math.max(worst, Deviation.of("global", ops.read(branches.global()), given.floats("out.global")));
            return Math.max(
                    worst,
                    Deviation.of("attention", ops.read(attention.fuse(ops, branches)), given.floats("out.attention")));
        });
    }

    private double transformer(ParityCase given, AttentionPattern pattern) {
        var params = given.params();
        var loras = params.has("lora")
                ? List.of(new LoraFile(
                        given.resolve(params.string("lora")), params.number("lora_scale", 1), LoraFile.Mode.ADAPTER))
                : List.<LoraFile>of();
        var configs = new WanConfigs(config(given), Optional.empty(), Optional.empty());
        return withModel(given, loras, pattern, configs, (model, ops) -> {
            var transformer = model.transformer();
            var grid = grid(given, "in.hidden_states");
            int channels = transformer.config().inChannels();
            var latents = ops.tensor(
                    WanLatents.pack(given.floats("in.hidden_states"), channels, grid), grid.tokens(), 4 * channels);
            var text = transformer.text(ops, given.tokens(ops, "in.encoder_hidden_states"));
            var sample = transformer
                    .forward(
                            ops,
                            latents,
                            params.number("timestep"),
                            grid,
                            transformer.positions(ops, grid),
                            List.of(text))
                    .getFirst();
            return Deviation.of(
                    "sample", WanLatents.unpack(ops.read(sample), channels, grid), given.floats("out.sample"));
        });
    }

    /** The token grid of latents [1, channels, frames, height, width]. */
    private static TokenGrid grid(ParityCase given, String latents) {
        return new TokenGrid(given.dim(latents, 2), given.dim(latents, 3) / 2, given.dim(latents, 4) / 2);
    }

    double umT5Encoder(ParityCase given) {
        var configs = new WanConfigs(Optional.empty(), config(given), Optional.empty());
        return withModel(given, List.of(), AttentionPattern.DENSE, configs, (model, ops) -> {
            int[] ids = given.ids("in.input_ids");
            int used = Arrays.stream(given.ids("in.attention_mask")).sum();
            if (used < 1 || used > ids.length) {
                throw new InputException(given.file() + ": in.attention_mask leaves no token, or more than there are");
            }
            var embeds = model.encode(ops, Arrays.copyOf(ids, used), ids.length);
            return Deviation.of("prompt_embeds", embeds, given.floats("out.prompt_embeds"));
        });
    }

    double vaeDecode(ParityCase given) {
        var configs = new WanConfigs(Optional.empty(), Optional.empty(), config(given));
        return withModel(given, List.of(), AttentionPattern.DENSE, configs, (model, ops) -> {
            var expected = given.floats("out.video");
            int frames = given.dim("out.video", 2);
            int area = given.dim("out.video", 3) * given.dim("out.video", 4);
            var video = new float[expected.length];
            model.vae()
                    .decode(
                            ops,
                            given.floats("in.latents"),
                            given.dim("in.latents", 2),
                            given.dim("in.latents", 3),
                            given.dim("in.latents", 4),
                            1,
                            (frame, top, rows) -> {
                                var values = ops.read(rows);
                                for (int i = 0; i < values.length; i++) {
                                    video[(i % 3 * frames + frame) * area + i / 3] = Math.clamp(values[i], -1, 1);
                                }
                            });
            return Deviation.of("video", video, expected);
        });
    }

    double vaeEncode(ParityCase given) {
        var configs = new WanConfigs(Optional.empty(), Optional.empty(), config(given));
        return withModel(given, List.of(), AttentionPattern.DENSE, configs, (model, ops) -> {
            var video = given.floats("in.video");
            int frames = given.dim("in.video", 2);
            int height = given.dim("in.video", 3);
            int width = given.dim("in.video", 4);
            var latents = model.vae().encode(ops, number -> frame(video, number, frames), frames, height, width);
            double error = Deviation.of("latents", latents, given.floats("out.latents"));
            model.vae().config().normalise(latents);
            return Math.max(error, Deviation.of("latents_normalised", latents, given.floats("out.latents_normalised")));
        });
    }

    /** Frame {@code number} of planes [3, frames, height, width] as pixels. */
    private static float[] frame(float[] planes, int number, int frames) {
        int area = planes.length / 3 / frames;
        var pixels = new float[3 * area];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = planes[(i % 3 * frames + number) * area + i / 3];
        }
        return pixels;
    }

    private static Optional<JsonObject> config(ParityCase given) {
        var params = given.params();
        return params.has("config") ? Optional.of(Json.read(given.resolve(params.string("config")))) : Optional.empty();
    }

    private interface Judge {
        double error(WanModel model, Ops ops);
    }

    private double withModel(
            ParityCase given, List<LoraFile> loras, AttentionPattern pattern, WanConfigs configs, Judge judge) {
        try (var model = new WanModel(WanSource.of(given.model()), loras, pattern, configs);
                var ops = device.get()) {
            return judge.error(model, ops);
        }
    }
}
