package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.mural.emulator.Presence;
import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.BFloat16;

/** bfloat16 values, given and taken as their bits: the upper half of a 32-bit float. */
public final class BFloat16Array extends TornadoNativeArray {
    private static final int BYTES = 2;

    public BFloat16Array(int numberOfElements) {
        super(numberOfElements, BYTES);
    }

    private BFloat16Array(MemorySegment withHeader, Presence presence) {
        super(withHeader, BYTES, presence);
    }

    /** An array of bfloat16 values given by their bits. */
    public static BFloat16Array fromShorts(short... bits) {
        var array = new BFloat16Array(bits.length);
        for (int i = 0; i < bits.length; i++) {
            array.set(i, bits[i]);
        }
        return array;
    }

    /** An array of floats, rounded to the nearest bfloat16. */
    public static BFloat16Array fromFloats(float... values) {
        var array = new BFloat16Array(values.length);
        for (int i = 0; i < values.length; i++) {
            array.setFloat(i, values[i]);
        }
        return array;
    }

    /** A copy of the elements in a segment. */
    public static BFloat16Array fromSegment(MemorySegment segment) {
        var array = new BFloat16Array(elements(segment.byteSize(), BYTES));
        array.getSegment().copyFrom(segment);
        return array;
    }

    /** The elements in a segment that begins with room for the header, {@link #ARRAY_HEADER} bytes; not copied. */
    public static BFloat16Array fromSegmentShallow(MemorySegment segment) {
        return new BFloat16Array(segment, null);
    }

    public short[] toShortArray() {
        var values = new short[getSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(i);
        }
        return values;
    }

    public void setFloat(int index, float value) {
        set(index, BFloat16.bf16FromFloat(value));
    }

    public float getFloat(int index) {
        return BFloat16.bf16ToFloat(get(index));
    }

    public short get(int index) {
        reading(index);
        return elements().get(JAVA_SHORT, 2L * index);
    }

    public void set(int index, short value) {
        writing(index);
        elements().set(JAVA_SHORT, 2L * index, value);
    }

    public void init(short value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    @Override
    BFloat16Array onDevice(Presence presence) {
        return new BFloat16Array(allocate(getSize(), BYTES), presence);
    }
}
