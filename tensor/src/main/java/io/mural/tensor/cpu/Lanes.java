package io.mural.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The only place that knows how wide a vector is: what the JVM prefers on this processor, or less under
 * {@code -XX:MaxVectorSize=16} or {@code 32}.
 *
 * <p>No vector passes through a method of ours: where the compiler decides not to inline one, which depends on what ran
 * before, every vector becomes an object and the kernel a hundred times slower. Only the vector classes' own methods
 * are always inlined.
 */
final class Lanes {
    static final VectorSpecies<Float> FLOAT = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INT = VectorSpecies.of(int.class, FLOAT.vectorShape());

    /** Floats in a vector, a power of two. */
    static final int LANES = FLOAT.length();

    static final int BITS = FLOAT.vectorBitSize();

    private Lanes() {}

    /** The largest multiple of {@link #LANES} up to {@code n}. */
    static int down(int n) {
        return n & -LANES;
    }

    /** The smallest multiple of {@link #LANES} from {@code n} on. */
    static int up(int n) {
        return n + LANES - 1 & -LANES;
    }

    /**
     * Sum of a vector that was stored at {@code from}, in a fixed order. The order of {@code reduceLanes(ADD)} is left
     * open and differs between the interpreter and compiled code, which would make results depend on when a method
     * was compiled.
     */
    static double sum(float[] x, int from) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        for (int i = from; i < from + LANES; i += 4) {
            sum0 += x[i];
            sum1 += x[i + 1];
            sum2 += x[i + 2];
            sum3 += x[i + 3];
        }
        return sum0 + sum1 + (sum2 + sum3);
    }
}
