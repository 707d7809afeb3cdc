package io.mural.model.parity;

import io.mural.model.sampling.FlowSigmas;
import io.mural.model.sampling.FlowSolver;
import java.util.Arrays;

/** The cases of a video's noise levels and solvers. */
final class WanSamplingCases {
    private WanSamplingCases() {}

    /** The largest error of sigmas, timesteps and the samples after every step. */
    static double steps(ParityCase given) {
        var params = given.params();
        var sigmas = FlowSigmas.of(
                params.integer("steps"), params.number("shift"), FlowSigmas.Form.of(params.string("form")));
        var solver = FlowSolver.Kind.of(params.string("solver")).solver(sigmas);
        int steps = sigmas.steps();
        var levels = new float[steps + 1];
        var timesteps = new float[steps];
        for (int i = 0; i <= steps; i++) {
            levels[i] = sigmas.sigma(i);
            if (i < steps) {
                timesteps[i] = (float) sigmas.timestep(i);
            }
        }
        return Math.max(
                Math.max(
                        Deviation.of("sigmas", levels, given.floats("out.sigmas")),
                        Deviation.of("timesteps", timesteps, numbers(given, "out.timesteps"))),
                samples(given, solver, steps));
    }

    private static double samples(ParityCase given, FlowSolver solver, int steps) {
        var sample = given.floats("in.sample");
        var outputs = given.floats("in.model_outputs");
        var expected = given.floats("out.samples");
        double worst = 0;
        for (int i = 0; i < steps; i++) {
            sample = solver.step(i, sample, part(outputs, i, sample.length));
            worst = Math.max(worst, Deviation.of("samples", sample, part(expected, i, sample.length)));
        }
        return worst;
    }

    private static float[] part(float[] values, int index, int length) {
        return Arrays.copyOfRange(values, index * length, (index + 1) * length);
    }

    /** Timesteps are whole numbers in some cases. */
    private static float[] numbers(ParityCase given, String tensor) {
        if (given.values().info(tensor).dtype().isFloat()) {
            return given.floats(tensor);
        }
        long[] longs = given.values().longs(tensor);
        var numbers = new float[longs.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = longs[i];
        }
        return numbers;
    }
}
