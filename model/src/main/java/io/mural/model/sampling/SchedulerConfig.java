package io.mural.model.sampling;

import io.mural.weights.text.JsonObject;

/**
 * What {@code scheduler_config.json} says about the noise levels: moved by the picture's size ({@code dynamic}, FLUX.1
 * dev) or by {@code shift} alone (1 for FLUX.1 schnell).
 *
 * @param shift the fixed shift, used where {@code dynamic} is false
 * @param baseShift mu at {@code baseTokens} image tokens
 * @param maxShift mu at {@code maxTokens} image tokens; the line goes on beyond
 */
public record SchedulerConfig(
        boolean dynamic, double shift, double baseShift, double maxShift, int baseTokens, int maxTokens) {

    /** The published scheduler of FLUX.1-dev; for files that come without a config. */
    public static final SchedulerConfig FLUX1_DEV = new SchedulerConfig(true, 3, 0.5, 1.15, 256, 4096);

    /** The published scheduler of FLUX.1-schnell: no shift. */
    public static final SchedulerConfig FLUX1_SCHNELL = new SchedulerConfig(false, 1, 0.5, 1.15, 256, 4096);

    /** The published scheduler of FLUX.2; the dynamic shift is {@link EmpiricalShift}'s. */
    public static final SchedulerConfig FLUX2 = FLUX1_DEV;

    private static final String SAMPLER = "FlowMatchEulerDiscreteScheduler";

    public SchedulerConfig {
        if (!(shift > 0) || baseTokens < 1 || maxTokens <= baseTokens) {
            throw new IllegalArgumentException("shift " + shift + " must be positive and image sequence lengths "
                    + baseTokens + ", " + maxTokens + " must rise");
        }
    }

    /** The defaults and names are those of diffusers' {@code FlowMatchEulerDiscreteScheduler}. */
    public static SchedulerConfig from(JsonObject json) {
        var name = json.string("_class_name", SAMPLER);
        if (!name.equals(SAMPLER)) {
            throw json.error(
                    "_class_name", "is " + name + ", another sampler, which is not supported; expected " + SAMPLER);
        }
        for (var option : new String[] {
            "invert_sigmas",
            "stochastic_sampling",
            "use_karras_sigmas",
            "use_exponential_sigmas",
            "use_beta_sigmas",
            "use_flow_sigmas"
        }) {
            if (json.bool(option, false)) {
                throw json.error(option, "is true, which is not supported; set it to false");
            }
        }
        if (json.has("shift_terminal") && json.number("shift_terminal") != 0) {
            throw json.error("shift_terminal", "is set, which is not supported; set it to null");
        }
        if (!json.string("time_shift_type", "exponential").equals("exponential")) {
            throw json.error("time_shift_type", "is not supported; set it to \"exponential\"");
        }
        if (json.integer("num_train_timesteps", FlowMatchSchedule.TRAIN_TIMESTEPS)
                != FlowMatchSchedule.TRAIN_TIMESTEPS) {
            throw json.error("num_train_timesteps", "is not " + FlowMatchSchedule.TRAIN_TIMESTEPS);
        }
        double shift = json.number("shift", 1.0);
        if (!(shift > 0)) {
            throw json.error("shift", "is " + shift + ", expected a positive number");
        }
        int baseTokens = json.integer("base_image_seq_len", 256);
        int maxTokens = json.integer("max_image_seq_len", 4096);
        if (baseTokens < 1 || maxTokens <= baseTokens) {
            throw json.error(
                    "max_image_seq_len", "is " + maxTokens + ", expected more than base_image_seq_len " + baseTokens);
        }
        return new SchedulerConfig(
                json.bool("use_dynamic_shifting", false),
                shift,
                json.number("base_shift", 0.5),
                json.number("max_shift", 1.15),
                baseTokens,
                maxTokens);
    }

    /** The shift of a picture of {@code imageTokens} tokens: on a line through the two given points. */
    public double mu(int imageTokens) {
        double slope = (maxShift - baseShift) / (maxTokens - baseTokens);
        double start = baseShift - slope * baseTokens;
        return imageTokens * slope + start;
    }

    /**
     * The noise levels of a picture.
     *
     * @param maxMu bound of mu, for models that were not trained beyond it; infinite for none
     */
    public FlowMatchSchedule schedule(int steps, int imageTokens, double maxMu) {
        return dynamic
                ? FlowMatchSchedule.dynamic(steps, Math.min(mu(imageTokens), maxMu))
                : FlowMatchSchedule.fixed(steps, shift);
    }
}
