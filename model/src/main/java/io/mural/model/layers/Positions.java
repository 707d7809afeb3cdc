package io.mural.model.layers;

import io.mural.tensor.Ops;
import io.mural.tensor.Rope;

/**
 * Rotary positions over several axes: each axis rotates its own share of a head's dimensions. Angles are computed in
 * double, as the reference does, because positions times frequencies exceed what float32 holds exactly.
 *
 * @param axesDims dimensions of a head for each axis, even numbers; their sum is the head's size
 * @param theta base of the frequencies w_i = theta^(-2i / dim)
 * @param pairs which elements of a head are rotated together
 */
public record Positions(int[] axesDims, double theta, Rope.Pairs pairs) {
    /** FLUX's: adjacent elements are a pair. */
    public Positions(int[] axesDims, double theta) {
        this(axesDims, theta, Rope.Pairs.ADJACENT);
    }

    /** The table for tokens at {@code ids[token][axis]}, as a tensor of the current unit. */
    public Rope table(Ops ops, int[][] ids) {
        int half = 0;
        for (int dim : axesDims) {
            half += dim / 2;
        }
        var cos = new float[ids.length * half];
        var sin = new float[ids.length * half];
        for (int axis = 0, column = 0; axis < axesDims.length; column += axesDims[axis] / 2, axis++) {
            for (int i = 0; i < axesDims[axis] / 2; i++) {
                double frequency = Math.pow(theta, -2.0 * i / axesDims[axis]);
                for (int token = 0; token < ids.length; token++) {
                    double angle = ids[token][axis] * frequency;
                    cos[token * half + column + i] = (float) Math.cos(angle);
                    sin[token * half + column + i] = (float) Math.sin(angle);
                }
            }
        }
        return new Rope(ops.tensor(cos, ids.length, half), ops.tensor(sin, ids.length, half), pairs);
    }
}
