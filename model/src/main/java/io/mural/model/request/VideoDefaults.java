package io.mural.model.request;

import io.mural.model.sampling.FlowSigmas;
import io.mural.model.sampling.FlowSolver;
import io.mural.weights.text.JsonObject;

/**
 * What to ask a video model for by default.
 *
 * @param shift of the noise levels of clips smaller than 1280 x 720
 * @param largeShift of larger ones
 * @param textTokens rows that the text encoder gives; the transformer attends to the empty ones, too
 * @param bf16Noise whether noise is rounded to bfloat16
 */
public record VideoDefaults(
        int width,
        int height,
        int frames,
        int fps,
        int steps,
        double guidance,
        double shift,
        double largeShift,
        FlowSigmas.Form form,
        FlowSolver.Kind solver,
        String negative,
        int textTokens,
        boolean bf16Noise) {
    private static final int LARGE = 1280 * 720;

    /** What Wan's authors give as the negative prompt; the quality of the model depends on it. */
    public static final String WAN_NEGATIVE = "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，"
            + "低质量，JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，"
            + "静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走";

    /** Wan 2.1 as diffusers runs it. */
    public static final VideoDefaults WAN = new VideoDefaults(
            832, 480, 81, 16, 50, 5, 3, 5, FlowSigmas.Form.DIFFUSERS, FlowSolver.Kind.UNIPC, "", 512, false);

    /** UltraGen's 1080p model as its authors run it. */
    public static final VideoDefaults ULTRAGEN = new VideoDefaults(
            1920,
            1088,
            81,
            15,
            30,
            5,
            5,
            5,
            FlowSigmas.Form.DIFFSYNTH,
            FlowSolver.Kind.EULER,
            "Aerial view, overexposed, low quality, deformation, bad composition, bad hands, bad teeth, bad eyes,"
                    + " bad limbs, distortion, blurring, text, subtitles",
            512,
            true);

    /** The same with another shift for small clips, as a scheduler's file states it. */
    public VideoDefaults withShift(double stated) {
        return new VideoDefaults(
                width,
                height,
                frames,
                fps,
                steps,
                guidance,
                stated,
                largeShift,
                form,
                solver,
                negative,
                textTokens,
                bf16Noise);
    }

    /** The numbers of a model's {@code mural.json}; what it leaves out comes from {@code otherwise}. */
    public static VideoDefaults of(JsonObject json, VideoDefaults otherwise) {
        int[] size = json.integers("native_size", otherwise.width, otherwise.height);
        if (size.length != 2) {
            throw json.error("native_size", "has " + size.length + " numbers, expected two");
        }
        return new VideoDefaults(
                size[0],
                size[1],
                json.integer("frames", otherwise.frames),
                json.integer("fps", otherwise.fps),
                json.integer("steps", otherwise.steps),
                json.number("guidance", otherwise.guidance),
                json.number("shift", otherwise.shift),
                json.number("shift", otherwise.largeShift),
                json.has("sigmas") ? FlowSigmas.Form.of(json.string("sigmas")) : otherwise.form,
                json.has("solver") ? FlowSolver.Kind.of(json.string("solver")) : otherwise.solver,
                json.string("negative", otherwise.negative),
                json.integer("text_tokens", otherwise.textTokens),
                otherwise.bf16Noise);
    }

    public double shift(int pixelsWide, int pixelsHigh) {
        return pixelsWide * pixelsHigh >= LARGE ? largeShift : shift;
    }
}
