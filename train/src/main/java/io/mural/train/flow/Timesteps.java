package io.mural.train.flow;

import io.mural.tensor.InputException;
import java.util.Locale;

/** How the noise level of a training sample is drawn: t in (0, 1), 0 the clean picture, 1 noise. */
public sealed interface Timesteps {
    /**
     * The noise level.
     *
     * @param normal drawn from the normal distribution
     * @param uniform drawn from (0, 1)
     */
    double of(double normal, double uniform);

    /** Every level alike. */
    record Uniform() implements Timesteps {
        @Override
        public double of(double normal, double uniform) {
            return uniform;
        }
    }

    /** {@code sigmoid(mean + std z)}, more of the middle (arXiv 2403.03206); 0 and 1 is the plain sigmoid. */
    record LogitNormal(double mean, double std) implements Timesteps {
        public LogitNormal {
            if (!Double.isFinite(mean) || !(std > 0 && Double.isFinite(std))) {
                throw new InputException(
                        "timesteps logit-normal:" + mean + "," + std + ": the deviation must be positive");
            }
        }

        @Override
        public double of(double normal, double uniform) {
            return 1 / (1 + Math.exp(-(mean + std * normal)));
        }
    }

    /** {@code s t / (1 + (s - 1) t)} of the sigmoid: more noise for larger pictures. */
    record Shift(double shift) implements Timesteps {
        public Shift {
            if (!(shift > 0 && Double.isFinite(shift))) {
                throw new InputException("timesteps shift:" + shift + ": the shift must be positive");
            }
        }

        @Override
        public double of(double normal, double uniform) {
            double t = 1 / (1 + Math.exp(-normal));
            return shift * t / (1 + (shift - 1) * t);
        }
    }

    /** {@code 1 - u - scale (cos^2(pi u / 2) - 1 + u)}: heavier or lighter tails (arXiv 2403.03206). */
    record Mode(double scale) implements Timesteps {
        @Override
        public double of(double normal, double uniform) {
            double cos = Math.cos(Math.PI / 2 * uniform);
            return 1 - uniform - scale * (cos * cos - 1 + uniform);
        }
    }

    /** The model's own shift for a picture: e to the power of mu. */
    static Timesteps ofModel(double mu) {
        return new Shift(Math.exp(mu));
    }

    /**
     * Reads {@code uniform}, {@code sigmoid}, {@code logit-normal:MEAN,STD}, {@code shift:S}, {@code mode:SCALE} or
     * {@code model}.
     *
     * @param mu the model's shift for the pictures of the run
     */
    static Timesteps of(String text, double mu) {
        int colon = text.indexOf(':');
        var kind = (colon < 0 ? text : text.substring(0, colon)).toLowerCase(Locale.ROOT);
        var numbers = colon < 0 ? new String[0] : text.substring(colon + 1).split(",", -1);
        int wanted = switch (kind) {
            case "uniform", "sigmoid", "model" -> 0;
            case "shift", "mode" -> 1;
            case "logit-normal" -> 2;
            default -> -1;
        };
        if (wanted != numbers.length) {
            throw new InputException("timesteps \"" + text + "\": choose uniform, sigmoid, logit-normal:MEAN,STD,"
                    + " shift:S, mode:SCALE or model");
        }
        return switch (kind) {
            case "uniform" -> new Uniform();
            case "sigmoid" -> new LogitNormal(0, 1);
            case "shift" -> new Shift(number(text, numbers[0]));
            case "mode" -> new Mode(number(text, numbers[0]));
            case "logit-normal" -> new LogitNormal(number(text, numbers[0]), number(text, numbers[1]));
            default -> ofModel(mu);
        };
    }

    private static double number(String text, String number) {
        try {
            return Double.parseDouble(number.strip());
        } catch (NumberFormatException e) {
            throw new InputException("timesteps \"" + text + "\": \"" + number + "\" is no number", e);
        }
    }
}
