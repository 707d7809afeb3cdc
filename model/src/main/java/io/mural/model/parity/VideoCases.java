package io.mural.model.parity;

import io.mural.model.family.WanModel;
import io.mural.model.family.WanModel.WanConfigs;
import io.mural.model.family.WanSource;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Progress;
import io.mural.model.pipeline.VideoJournal;
import io.mural.model.pipeline.VideoPipeline;
import io.mural.model.plan.VideoWeights;
import io.mural.model.request.ClipRequest;
import io.mural.model.sampling.FlowSigmas;
import io.mural.model.sampling.FlowSolver;
import io.mural.model.wan.AttentionPattern;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** Whole clips: prompt and seed to latents, and to frames of 8 bits. */
final class VideoCases {
    private final Supplier<Ops> device;

    VideoCases(Supplier<Ops> device) {
        this.device = device;
    }

    /**
     * @param psnr of all frames, dB, where the case has frames
     * @param latents the largest error of the latents after a step
     * @param detail errors of what lies before, to see where a difference begins
     */
    record Judged(OptionalDouble psnr, double latents, String detail) {}

    Judged run(ParityCase given, AttentionPattern pattern) {
        var params = given.params();
        Optional<Path> base = params.has("base") ? Optional.of(given.resolve(params.string("base"))) : Optional.empty();
        var configs = new WanConfigs(
                params.has("config")
                        ? Optional.of(Json.read(given.resolve(params.string("config"))))
                        : Optional.empty(),
                Optional.empty(),
                Optional.empty());
        try (var model = new WanModel(new WanSource(given.model(), base, Map.of()), List.of(), pattern, configs)) {
            return run(given, new VideoPipeline(model, device, VideoWeights.ALL_STAY), request(given));
        }
    }

    private static Judged run(ParityCase given, VideoPipeline pipeline, ClipRequest request) {
        var detail = new ArrayList<String>();
        var embeds = pipeline.encode(request, Progress.NONE);
        judge(given, "prompt_embeds", embeds.positive(), detail);
        embeds.negative().ifPresent(rows -> judge(given, "negative_prompt_embeds", rows, detail));
        double worst = judge(given, "noise", pipeline.noise(request), detail);
        var steps = new Steps(given);
        var latents = pipeline.denoise(request, embeds, steps, Progress.NONE, (step, clean) -> {});
        if (steps.judged()) {
            detail.add(String.format(Locale.ROOT, "steps %.1e", steps.worst));
            worst = Math.max(worst, steps.worst);
        }
        worst = Math.max(worst, judge(given, "latents", latents, detail));
        var psnr = given.values().tensors().containsKey("out.video")
                ? OptionalDouble.of(psnr(given, pipeline, request, latents))
                : OptionalDouble.empty();
        return new Judged(psnr, worst, String.join(", ", detail));
    }

    private static double judge(ParityCase given, String what, float[] mine, List<String> detail) {
        if (!given.values().tensors().containsKey("out." + what)) {
            return 0;
        }
        double error = Deviation.of(what, mine, given.floats("out." + what));
        detail.add(String.format(Locale.ROOT, "%s %.1e", what, error));
        return error;
    }

    /** Compares the latents after every step where the case has them. */
    private static final class Steps implements VideoJournal {
        private final Optional<float[]> expected;
        private double worst;

        Steps(ParityCase given) {
            expected = given.values().tensors().containsKey("out.steps")
                    ? Optional.of(given.floats("out.steps"))
                    : Optional.empty();
        }

        boolean judged() {
            return expected.isPresent();
        }

        @Override
        public Optional<Position> start() {
            return Optional.empty();
        }

        @Override
        public void reached(Position position) {
            int length = position.latents().length;
            expected.ifPresent(steps -> worst = Math.max(
                    worst,
                    Deviation.of(
                            "steps",
                            position.latents(),
                            Arrays.copyOfRange(steps, (position.step() - 1) * length, position.step() * length))));
        }
    }

    private static double psnr(ParityCase given, VideoPipeline pipeline, ClipRequest request, float[] latents) {
        var rgb = given.values().longs("out.video");
        int frames = given.dim("out.video", 0);
        int size = rgb.length / frames;
        var all = new byte[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            all[i] = (byte) rgb[i];
        }
        var mine = new byte[all.length];
        int[] next = {0};
        pipeline.decode(
                request,
                latents,
                1,
                frame -> {
                    if (next[0] == frames || frame.rgb().length != size) {
                        throw new InputException(given.file() + ": out.video has other frames than the request");
                    }
                    System.arraycopy(frame.rgb(), 0, mine, next[0]++ * size, size);
                },
                Progress.NONE);
        int width = given.dim("out.video", 2);
        int height = frames * given.dim("out.video", 1);
        return new RgbImage(width, height, mine).psnr(new RgbImage(width, height, all));
    }

    private static ClipRequest request(ParityCase given) {
        var params = given.params();
        return new ClipRequest(
                params.string("prompt"),
                params.string("negative", ""),
                params.number("guidance"),
                params.integer("width"),
                params.integer("height"),
                params.integer("frames"),
                params.integer("steps"),
                params.longInteger("seed"),
                params.number("shift"),
                FlowSigmas.Form.of(params.string("form")),
                FlowSolver.Kind.of(params.string("solver")),
                params.integer("max_sequence_length"),
                params.string("noise_dtype", "float32").equals("bfloat16"));
    }
}
