package io.mural.model.request;

import io.mural.model.sampling.FlowSigmas;
import io.mural.model.sampling.FlowSolver;
import io.mural.model.wan.TokenGrid;
import io.mural.tensor.InputException;

/**
 * What a clip is made from.
 *
 * @param negative what it should not show; counts where {@code guidance} is not 1
 * @param guidance strength of classifier-free guidance, 1 for none
 * @param frames four times a number and one
 * @param shift of the noise levels
 * @param textTokens rows that the text encoder gives
 * @param bf16Noise whether noise is rounded to bfloat16, as UltraGen's authors have it
 */
public record ClipRequest(
        String prompt,
        String negative,
        double guidance,
        int width,
        int height,
        int frames,
        int steps,
        long seed,
        double shift,
        FlowSigmas.Form form,
        FlowSolver.Kind solver,
        int textTokens,
        boolean bf16Noise) {
    /** Pixels of a token, each way; sizes are multiples of it. */
    public static final int TOKEN_PIXELS = 16;
    /** Frames of a latent frame. */
    public static final int FRAME_GROUP = 4;

    private static final int LARGEST_SIDE = 1 << 14;
    private static final int MOST_FRAMES = 10_001;

    public ClipRequest {
        side("width", width);
        side("height", height);
        if (frames < 1 || frames > MOST_FRAMES || (frames - 1) % FRAME_GROUP != 0) {
            throw new InputException(
                    frames + " frames: choose four times a number and one, such as 33 or 81, up to " + MOST_FRAMES);
        }
        if (!Double.isFinite(guidance) || guidance < 0) {
            throw new InputException("guidance " + guidance + ": choose a number from 0 on; 1 is without guidance");
        }
        if (textTokens < 1 || textTokens > 512) {
            throw new InputException(textTokens + " text tokens: choose 1 to 512");
        }
    }

    private static void side(String what, int pixels) {
        if (pixels < TOKEN_PIXELS || pixels > LARGEST_SIDE || pixels % TOKEN_PIXELS != 0) {
            throw new InputException(what + " " + pixels + ": choose a multiple of " + TOKEN_PIXELS + " from "
                    + TOKEN_PIXELS + " to " + LARGEST_SIDE);
        }
    }

    /** Whether the negative prompt counts. */
    public boolean guided() {
        return guidance != 1;
    }

    public TokenGrid grid() {
        return new TokenGrid((frames - 1) / FRAME_GROUP + 1, height / TOKEN_PIXELS, width / TOKEN_PIXELS);
    }

    public FlowSigmas sigmas() {
        return FlowSigmas.of(steps, shift, form);
    }
}
