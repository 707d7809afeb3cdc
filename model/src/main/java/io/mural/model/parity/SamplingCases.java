package io.mural.model.parity;

import io.mural.model.sampling.EmpiricalShift;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.model.sampling.SchedulerConfig;
import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Shape;
import io.mural.weights.text.JsonObject;
import java.util.Arrays;

/** The cases of noise and of noise levels. */
final class SamplingCases {
    /** What the {@code second} tensors were drawn after. */
    private static final Shape FIRST_DRAW = Shape.of(1, 16, 4, 4);

    private SamplingCases() {}

    /** Tensors are named {@code out.seed<seed>.<sizes joined by x>.<f32|bf16|second>}. */
    static double noise(ParityCase given) {
        double worst = 0;
        for (var name : given.values().tensors().keySet()) {
            if (!name.matches("out\\.seed\\d{1,18}\\.\\d{1,6}(x\\d{1,6})*\\.(f32|bf16|second)")) {
                throw new InputException(given.file() + ": \"" + name + "\" is no name of a noise case");
            }
            var parts = name.split("\\.");
            var shape = Shape.of(Arrays.stream(parts[2].split("x"))
                    .mapToInt(Integer::parseInt)
                    .toArray());
            var random = new TorchRandom(Long.parseLong(parts[1].substring("seed".length())));
            if (parts[3].equals("second")) {
                random.noise(DType.F32, FIRST_DRAW);
            }
            var dtype = parts[3].equals("bf16") ? DType.BF16 : DType.F32;
            worst = Math.max(worst, Deviation.of(name, random.noise(dtype, shape), given.floats(name)));
        }
        return worst;
    }

    /** The error of the sigmas of one entry of {@code schedules.json}. */
    static double schedule(JsonObject entry) {
        int steps = entry.integer("steps");
        var schedule = entry.bool("dynamic")
                ? FlowMatchSchedule.dynamic(steps, mu(entry, steps))
                : FlowMatchSchedule.fixed(steps, entry.number("shift"));
        var sigmas = new float[steps + 1];
        var timesteps = new float[steps];
        for (int i = 0; i <= steps; i++) {
            sigmas[i] = schedule.sigma(i);
            if (i < steps) {
                timesteps[i] = schedule.timestep(i);
            }
        }
        return Math.max(
                Deviation.of("sigmas", sigmas, floats(entry.numbers("sigmas"))),
                Deviation.of("timesteps", timesteps, floats(entry.numbers("timesteps"))));
    }

    private static double mu(JsonObject entry, int steps) {
        int imageTokens = entry.integer("image_seq_len");
        return entry.string("family").equals("flux2")
                ? EmpiricalShift.mu(imageTokens, steps)
                : SchedulerConfig.FLUX1_DEV.mu(imageTokens);
    }

    private static float[] floats(double[] values) {
        var floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
