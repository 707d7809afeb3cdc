package io.mural.evaluate.pixels;

import java.util.Locale;

/**
 * How a picture comes to the 299 x 299 values that Inception takes. Published figures differ by this choice alone, so
 * it is named wherever a figure is.
 */
public enum Resizer {
    /** Pillow's bicubic on float32 channels, widened when shrinking, cut off at 0 and 255, not rounded (clean-fid). */
    CLEAN {
        @Override
        Taps[] taps(int from, int to) {
            return Taps.widened(from, to, 2, Taps::cubic);
        }
    },
    /** Two neighbours around a half-pixel centre at any scale: of a large picture most pixels count for nothing. */
    PYTORCH_FID {
        @Override
        Taps[] taps(int from, int to) {
            return Taps.pairs(from, to, 0.5);
        }

        @Override
        float scaled(float value) {
            return 2 * (value / 255) - 1;
        }
    },
    /** Two neighbours without the half pixel, as TensorFlow 1 did (torch-fidelity). */
    TENSORFLOW1 {
        @Override
        Taps[] taps(int from, int to) {
            return Taps.pairs(from, to, 0);
        }
    },
    /** The triangle, widened when shrinking (torchmetrics). */
    BILINEAR_ANTIALIAS {
        @Override
        Taps[] taps(int from, int to) {
            return Taps.widened(from, to, 1, Taps::triangle);
        }
    };

    abstract Taps[] taps(int from, int to);

    /** A resized value, 0 to 255, as Inception takes it. */
    float scaled(float value) {
        return (value - 128) / 128;
    }

    /** The name as on the command line, such as {@code pytorch-fid}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
