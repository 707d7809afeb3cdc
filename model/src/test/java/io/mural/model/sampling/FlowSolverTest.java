package io.mural.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FlowSolverTest {
    private static final int STEPS = 5;

    @ParameterizedTest
    @EnumSource
    void goesOnFromAnyStepAsIfItHadNotStopped(FlowSolver.Kind kind) {
        var sigmas = FlowSigmas.of(STEPS, 3, FlowSigmas.Form.DIFFUSERS);
        for (int stop = 0; stop <= STEPS; stop++) {
            var whole = run(kind.solver(sigmas), 0, STEPS, new TorchRandom(1).normal(40));
            var first = kind.solver(sigmas);
            var half = run(first, 0, stop, new TorchRandom(1).normal(40));
            var second = kind.solver(sigmas);
            second.resume(stop, first.memory());
            assertThat(run(second, stop, STEPS, half)).as("stopped at %d", stop).isEqualTo(whole);
        }
    }

    private static float[] run(FlowSolver solver, int from, int to, float[] sample) {
        var x = sample;
        for (int i = from; i < to; i++) {
            x = solver.step(i, x, new TorchRandom(100 + i).normal(40));
        }
        return x;
    }
}
