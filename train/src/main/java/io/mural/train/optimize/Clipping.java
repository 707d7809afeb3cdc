package io.mural.train.optimize;

import io.mural.tensor.Tensor;
import java.util.List;

/** Gradients made shorter together, where they are longer than a bound. */
public final class Clipping {
    private static final double EPS = 1e-6;

    private Clipping() {}

    /** The length of all gradients as one vector, summed in double. */
    public static double norm(List<Tensor> gradients) {
        double squares = 0;
        for (var gradient : gradients) {
            for (float g : gradient.toArray()) {
                squares += (double) g * g;
            }
        }
        return Math.sqrt(squares);
    }

    /** {@code g *= min(1, most / (norm + 1e-6))}, in place. @return the norm before */
    public static double clip(List<Tensor> gradients, double most) {
        double norm = norm(gradients);
        double factor = Math.min(1, most / (norm + EPS));
        if (factor < 1) {
            for (var gradient : gradients) {
                var values = gradient.toArray();
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (values[i] * factor);
                }
                gradient.copyFrom(values);
            }
        }
        return norm;
    }
}
