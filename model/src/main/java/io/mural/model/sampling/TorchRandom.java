package io.mural.model.sampling;

import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.tensor.Shape;

/**
 * The normal numbers that torch's CPU generator draws for a seed, so that a seed gives the same picture here as in the
 * reference implementation. Sixteen values and more are drawn in single precision in groups of sixteen, fewer one by
 * one in double precision; both take from one stream of {@link MersenneTwister}, so the order of draws matters.
 *
 * <p>Elementary functions are rounded once to float32. torch's own vector code differs in the last bit of some
 * values, more or less so with the processor it runs on (at most 4.8e-7 in what was compared).
 *
 * <p>Source: PyTorch, ATen {@code normal_fill} and {@code normal_distribution<double>}.
 */
public final class TorchRandom {
    private static final int GROUP = 16;
    private static final int HALF = GROUP / 2;
    private static final float TWO_PI = (float) (2 * Math.PI);

    private final MersenneTwister engine;
    /** The second normal of a pair drawn in double precision, NaN when there is none. */
    private double pending = Double.NaN;

    /** A generator as after {@code torch.Generator().manual_seed(seed)}: the lower 32 bits of the seed count. */
    public TorchRandom(long seed) {
        engine = new MersenneTwister((int) seed);
    }

    private TorchRandom(State state) {
        engine = new MersenneTwister(state.engine());
        pending = state.pending();
    }

    /** Where a generator stands between two draws; a generator made from it goes on with the same numbers. */
    public record State(MersenneTwister.State engine, double pending) {
        public TorchRandom resume() {
            return new TorchRandom(this);
        }
    }

    public State state() {
        return new State(engine.state(), pending);
    }

    /**
     * Standard normal values in row-major order, rounded to what {@code dtype} holds, as {@code torch.randn} with that
     * dtype. The formats of 8 bits and fewer are for storage only: their models compute, and draw, in bfloat16.
     */
    public float[] noise(DType dtype, Shape shape) {
        int count = Math.toIntExact(shape.size());
        return switch (dtype.isBlocked() ? DType.BF16 : dtype) {
            case F32 -> normal(count);
            case F16 -> {
                var values = normal(count, wholeGroups(count));
                for (int i = 0; i < count; i++) {
                    values[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
                }
                yield values;
            }
            case BF16, F8_E4M3, F8_E5M2 -> {
                var values = normal(count, wholeGroups(count));
                for (int i = 0; i < count; i++) {
                    values[i] = FloatFormats.bf16ToFloat(FloatFormats.floatToBf16(values[i]));
                }
                yield values;
            }
            default -> throw new IllegalArgumentException("noise is drawn in F32, F16 or BF16, not in " + dtype);
        };
    }

    /** {@code count} standard normal values, as {@code torch.randn(count)}. */
    public float[] normal(int count) {
        return normal(count, count);
    }

    private static int wholeGroups(int count) {
        return count - count % GROUP;
    }

    /** In 16-bit formats torch draws only the {@code uniforms} of whole groups before those of the tail. */
    private float[] normal(int count, int uniforms) {
        return count < GROUP ? oneByOne(count) : inGroups(count, uniforms);
    }

    private float[] inGroups(int count, int uniforms) {
        var out = new float[count];
        for (int i = 0; i < uniforms; i++) {
            out[i] = uniform();
        }
        for (int i = 0; i < wholeGroups(count); i += GROUP) {
            boxMuller(out, i);
        }
        if (count % GROUP != 0) {
            // The last sixteen values are drawn anew, over the end of the last whole group.
            int last = count - GROUP;
            for (int i = last; i < count; i++) {
                out[i] = uniform();
            }
            boxMuller(out, last);
        }
        return out;
    }

    /** Uniform values u to normal ones: sqrt(-2 ln(1 - u[j])) times the cosine and sine of 2 pi u[j + 8], j < 8. */
    private static void boxMuller(float[] values, int start) {
        for (int j = start; j < start + HALF; j++) {
            float log = (float) StrictMath.log(1 - values[j]);
            float radius = (float) Math.sqrt(-2 * log);
            float theta = TWO_PI * values[j + HALF];
            values[j] = radius * (float) StrictMath.cos(theta);
            values[j + HALF] = radius * (float) StrictMath.sin(theta);
        }
    }

    /** Uniform in [0, 1) with 24 bits. */
    private float uniform() {
        return (engine.next() & 0xffffff) * 0x1p-24f;
    }

    private float[] oneByOne(int count) {
        var out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) nextDouble();
        }
        return out;
    }

    /** One normal value in double precision; they are made in pairs, and the second waits for the next call. */
    private double nextDouble() {
        double waiting = pending;
        if (!Double.isNaN(waiting)) {
            pending = Double.NaN;
            return waiting;
        }
        double theta = 2 * Math.PI * uniformDouble();
        double radius = Math.sqrt(-2 * StrictMath.log1p(-uniformDouble()));
        pending = radius * StrictMath.sin(theta);
        return radius * StrictMath.cos(theta);
    }

    /** Uniform in [0, 1) with 53 bits. */
    private double uniformDouble() {
        long high = engine.next();
        long bits = high << 32 | Integer.toUnsignedLong(engine.next());
        return (bits & (1L << 53) - 1) * 0x1p-53;
    }
}
