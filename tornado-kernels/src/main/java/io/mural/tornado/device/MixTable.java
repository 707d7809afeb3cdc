package io.mural.tornado.device;

import io.mural.tensor.RowMix;

/** A {@link RowMix} as numbers for a kernel: where each row's terms start, the rows mixed, their weights. */
public final class MixTable {
    /** float32 holds whole numbers up to here. */
    private static final int LARGEST = 1 << 24;

    private MixTable() {}

    public static float[] of(RowMix mix) {
        int terms = mix.rows().length;
        if (terms > LARGEST || mix.inputs() > LARGEST) {
            throw new IllegalArgumentException("a mix of " + mix.inputs() + " rows in " + terms
                    + " terms; a device takes up to " + LARGEST + " of either");
        }
        int outputs = mix.outputs();
        var values = new float[outputs + 1 + 2 * terms];
        for (int n = 0; n <= outputs; n++) {
            values[n] = mix.starts()[n];
        }
        for (int i = 0; i < terms; i++) {
            values[outputs + 1 + i] = mix.rows()[i];
            values[outputs + 1 + terms + i] = mix.weights()[i];
        }
        return values;
    }
}
