package io.mural.model.parity;

import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** Pictures in cases lie as [1, channels, height, width], here as [height, width, channels]. */
final class Planes {
    private Planes() {}

    /** A case's picture. */
    static Tensor picture(Ops ops, ParityCase given, String tensor) {
        int pixels = given.dim(tensor, 2) * given.dim(tensor, 3);
        if (given.dim(tensor, 0) != 1) {
            throw new InputException(
                    given.file() + ": " + tensor + " holds " + given.dim(tensor, 0) + " pictures; expected one a case");
        }
        int channels = given.dim(tensor, 1);
        var planes = given.floats(tensor);
        var values = new float[planes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = planes[i % channels * pixels + i / channels];
        }
        return ops.tensor(values, given.dim(tensor, 2), given.dim(tensor, 3), channels);
    }

    /** The values of a picture as cases lay them out. */
    static float[] of(Ops ops, Tensor picture) {
        return of(ops.read(picture), picture.cols());
    }

    /** As {@link #of(Ops, Tensor)} for values [pixels, channels]. */
    static float[] of(float[] values, int channels) {
        int pixels = values.length / channels;
        var planes = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            planes[i % channels * pixels + i / channels] = values[i];
        }
        return planes;
    }
}
