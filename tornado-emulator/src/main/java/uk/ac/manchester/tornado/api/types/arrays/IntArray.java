package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mural.emulator.Presence;
import java.lang.foreign.MemorySegment;

/** 32-bit integers. */
public final class IntArray extends TornadoNativeArray {
    private static final int BYTES = 4;

    public IntArray(int numberOfElements) {
        super(numberOfElements, BYTES);
    }

    private IntArray(MemorySegment withHeader, Presence presence) {
        super(withHeader, BYTES, presence);
    }

    public static IntArray fromArray(int[] values) {
        return fromElements(values);
    }

    public static IntArray fromElements(int... values) {
        var array = new IntArray(values.length);
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
        return array;
    }

    /** A copy of the elements in a segment. */
    public static IntArray fromSegment(MemorySegment segment) {
        var array = new IntArray(elements(segment.byteSize(), BYTES));
        array.getSegment().copyFrom(segment);
        return array;
    }

    /** The elements in a segment that begins with room for the header, {@link #ARRAY_HEADER} bytes; not copied. */
    public static IntArray fromSegmentShallow(MemorySegment segment) {
        return new IntArray(segment, null);
    }

    public int[] toHeapArray() {
        var values = new int[getSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(i);
        }
        return values;
    }

    public int get(int index) {
        reading(index);
        return elements().get(JAVA_INT, 4L * index);
    }

    public void set(int index, int value) {
        writing(index);
        elements().set(JAVA_INT, 4L * index, value);
    }

    public void init(int value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    @Override
    IntArray onDevice(Presence presence) {
        return new IntArray(allocate(getSize(), BYTES), presence);
    }
}
