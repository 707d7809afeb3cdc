package io.mural.evaluate.network;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.function.Supplier;

/** Results that leave a unit as plain values, so that the unit's memory is free when it ends. */
final class Reading {
    private Reading() {}

    /** The values of what {@code body} gives. */
    static float[] values(Ops ops, String unit, Supplier<Tensor> body) {
        var values = new float[1][];
        ops.unit(unit, () -> {
            values[0] = ops.read(body.get());
        });
        return values[0];
    }
}
