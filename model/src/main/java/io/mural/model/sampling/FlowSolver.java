package io.mural.model.sampling;

import io.mural.tensor.InputException;
import java.util.List;

/** A way from noise to latents along a model's velocities. It remembers what it needs of the steps before. */
public sealed interface FlowSolver permits EulerSolver, UniPcSolver {
    /** Which of them. */
    enum Kind {
        EULER,
        UNIPC;

        public static Kind of(String name) {
            return switch (name) {
                case "euler" -> EULER;
                case "unipc" -> UNIPC;
                default -> throw new InputException("solver " + name + ": expected unipc or euler");
            };
        }

        public FlowSolver solver(FlowSigmas sigmas) {
            return switch (this) {
                case EULER -> new EulerSolver(sigmas);
                case UNIPC -> new UniPcSolver(sigmas);
            };
        }
    }

    /**
     * Makes step {@code index}.
     *
     * @param velocity the model's, of {@code sample} at this step's noise level
     * @return the sample at the next noise level
     */
    float[] step(int index, float[] sample, float[] velocity);

    /** What it remembers, to go on from elsewhere: arrays as long as a sample. */
    List<float[]> memory();

    /** Goes on before step {@code index} with what another solver {@linkplain #memory remembered} there. */
    void resume(int index, List<float[]> memory);
}
