package io.mural.model.request;

import io.mural.model.sampling.FlowSigmas;
import io.mural.model.sampling.FlowSolver;

/**
 * What to ask a video model for by default.
 *
 * @param shift of the noise levels of clips smaller than 1280 x 720
 * @param largeShift of larger ones
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
        boolean bf16Noise) {
    private static final int LARGE = 1280 * 720;

    /** Wan 2.1 as diffusers runs it. */
    public static final VideoDefaults WAN = new VideoDefaults(
            832, 480, 81, 16, 50, 5, 3, 5, FlowSigmas.Form.DIFFUSERS, FlowSolver.Kind.UNIPC, "", false);

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
            true);

    /** The same with another shift for small clips, as a scheduler's file states it. */
    public VideoDefaults withShift(double stated) {
        return new VideoDefaults(
                width, height, frames, fps, steps, guidance, stated, largeShift, form, solver, negative, bf16Noise);
    }

    public double shift(int pixelsWide, int pixelsHigh) {
        return pixelsWide * pixelsHigh >= LARGE ? largeShift : shift;
    }
}
