package io.mural.bench.synthetic;

import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * Normally distributed elements as fast as a disk takes them: sixteen bits of xoshiro256++ (Blackman and Vigna 2021)
 * choose one of 65536 equally likely values. The same name and seed give the same elements.
 */
final class Noise {
    private static final int VALUES = 1 << 16;
    private static final int VALUE_BITS = 16;
    private static final float[] NORMAL = normal();

    private final DType dtype;
    private final int[] bits = new int[VALUES];
    private long s0;
    private long s1;
    private long s2;
    private long s3;

    Noise(SyntheticTensor tensor, long seed) {
        dtype = tensor.dtype();
        for (int i = 0; i < VALUES; i++) {
            bits[i] = bits(dtype, (float) (tensor.mean() + tensor.deviation() * NORMAL[i]));
        }
        var start =
                new SplittableRandom(seed * 0x9E3779B97F4A7C15L ^ tensor.name().hashCode());
        s0 = start.nextLong();
        s1 = start.nextLong();
        s2 = start.nextLong();
        s3 = start.nextLong();
    }

    private static float[] normal() {
        var distribution = new NormalDistribution();
        var values = new float[VALUES];
        for (int i = 0; i < VALUES; i++) {
            values[i] = (float) distribution.inverseCumulativeProbability((i + 0.5) / VALUES);
        }
        return values;
    }

    private static int bits(DType dtype, float value) {
        if (dtype == DType.BF16) {
            return FloatFormats.floatToBf16(value) & 0xffff;
        }
        if (dtype == DType.F32) {
            return Float.floatToRawIntBits(value);
        }
        if (dtype == DType.I64) {
            return 0;
        }
        throw new IllegalArgumentException("no synthetic model holds " + dtype);
    }

    /** Fills {@code out} from its position to its limit, a multiple of eight bytes, little-endian. */
    void fill(ByteBuffer out) {
        out.order(ByteOrder.LITTLE_ENDIAN);
        if (dtype.bytes() == Short.BYTES) {
            fillShorts(out);
        } else {
            fillInts(out);
        }
    }

    private void fillShorts(ByteBuffer out) {
        for (int at = out.position(); at < out.limit(); at += Long.BYTES) {
            long random = next();
            long four = bits[(int) (random & VALUES - 1)];
            four |= (long) bits[(int) (random >>> VALUE_BITS & VALUES - 1)] << 16;
            four |= (long) bits[(int) (random >>> 2 * VALUE_BITS & VALUES - 1)] << 32;
            four |= (long) bits[(int) (random >>> 3 * VALUE_BITS)] << 48;
            out.putLong(at, four);
        }
    }

    private void fillInts(ByteBuffer out) {
        for (int at = out.position(); at < out.limit(); at += Long.BYTES) {
            long random = next();
            out.putInt(at, bits[(int) (random & VALUES - 1)]);
            out.putInt(at + Integer.BYTES, bits[(int) (random >>> VALUE_BITS & VALUES - 1)]);
        }
    }

    private long next() {
        long result = Long.rotateLeft(s0 + s3, 23) + s0;
        long t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = Long.rotateLeft(s3, 45);
        return result;
    }
}
