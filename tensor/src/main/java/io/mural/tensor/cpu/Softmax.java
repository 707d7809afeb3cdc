package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The passes over one row of scores. Rows are read in whole vectors: what follows the last score is -infinity. */
final class Softmax {
    private Softmax() {}

    /** The largest of {@code floor} and the scores. */
    static float max(float[] x, int from, int count, float floor) {
        var even = FloatVector.broadcast(FLOAT, floor);
        var odd = even;
        int i = 0;
        for (; i <= count - 2 * LANES; i += 2 * LANES) {
            var first = FloatVector.fromArray(FLOAT, x, from + i);
            var second = FloatVector.fromArray(FLOAT, x, from + i + LANES);
            even = even.blend(first, first.compare(VectorOperators.GT, even));
            odd = odd.blend(second, second.compare(VectorOperators.GT, odd));
        }
        for (; i < count; i += LANES) {
            var value = FloatVector.fromArray(FLOAT, x, from + i);
            even = even.blend(value, value.compare(VectorOperators.GT, even));
        }
        even = even.blend(odd, odd.compare(VectorOperators.GT, even));
        return even.reduceLanes(VectorOperators.MAX);
    }

    /** {@code x = factor x}; {@code count} is a whole number of vectors. */
    static void scale(float[] x, int from, int count, float factor) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOAT, x, from + i).mul(factor).intoArray(x, from + i);
        }
    }
}
