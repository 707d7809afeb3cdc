package io.mural.model.sampling;

import java.util.List;

/** Euler's method: {@code x += (sigma(i + 1) - sigma(i)) velocity}. */
public final class EulerSolver implements FlowSolver {
    private final FlowSigmas sigmas;

    EulerSolver(FlowSigmas sigmas) {
        this.sigmas = sigmas;
    }

    @Override
    public float[] step(int index, float[] sample, float[] velocity) {
        float delta = sigmas.sigma(index + 1) - sigmas.sigma(index);
        var next = sample.clone();
        Latents.step(next, velocity, delta);
        return next;
    }

    @Override
    public List<float[]> memory() {
        return List.of();
    }

    @Override
    public void resume(int index, List<float[]> memory) {
        if (!memory.isEmpty()) {
            throw new IllegalArgumentException("Euler's method remembers nothing, but was given " + memory.size());
        }
    }
}
