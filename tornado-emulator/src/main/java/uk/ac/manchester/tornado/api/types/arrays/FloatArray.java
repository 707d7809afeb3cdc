package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.mural.emulator.Presence;
import java.lang.foreign.MemorySegment;

/** 32-bit floats. */
public final class FloatArray extends TornadoNativeArray {
    private static final int BYTES = 4;

    public FloatArray(int numberOfElements) {
        super(numberOfElements, BYTES);
    }

    private FloatArray(MemorySegment withHeader, Presence presence) {
        super(withHeader, BYTES, presence);
    }

    public static FloatArray fromArray(float[] values) {
        return fromElements(values);
    }

    public static FloatArray fromElements(float... values) {
        var array = new FloatArray(values.length);
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
        return array;
    }

    /** A copy of the elements in a segment. */
    public static FloatArray fromSegment(MemorySegment segment) {
        var array = new FloatArray(elements(segment.byteSize(), BYTES));
        array.getSegment().copyFrom(segment);
        return array;
    }

    /** The elements in a segment that begins with room for the header, {@link #ARRAY_HEADER} bytes; not copied. */
    public static FloatArray fromSegmentShallow(MemorySegment segment) {
        return new FloatArray(segment, null);
    }

    public float[] toHeapArray() {
        var values = new float[getSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(i);
        }
        return values;
    }

    public float get(int index) {
        reading(index);
        return elements().get(JAVA_FLOAT, 4L * index);
    }

    public void set(int index, float value) {
        writing(index);
        elements().set(JAVA_FLOAT, 4L * index, value);
    }

    public void init(float value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    @Override
    FloatArray onDevice(Presence presence) {
        return new FloatArray(allocate(getSize(), BYTES), presence);
    }
}
