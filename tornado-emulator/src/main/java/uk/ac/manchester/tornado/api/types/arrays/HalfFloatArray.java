package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.mural.emulator.Presence;
import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.HalfFloat;

/** 16-bit floats of IEEE 754. */
public final class HalfFloatArray extends TornadoNativeArray {
    private static final int BYTES = 2;

    public HalfFloatArray(int numberOfElements) {
        super(numberOfElements, BYTES);
    }

    private HalfFloatArray(MemorySegment withHeader, Presence presence) {
        super(withHeader, BYTES, presence);
    }

    public static HalfFloatArray fromArray(HalfFloat[] values) {
        return fromElements(values);
    }

    public static HalfFloatArray fromElements(HalfFloat... values) {
        var array = new HalfFloatArray(values.length);
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
        return array;
    }

    /** A copy of the elements in a segment. */
    public static HalfFloatArray fromSegment(MemorySegment segment) {
        var array = new HalfFloatArray(elements(segment.byteSize(), BYTES));
        array.getSegment().copyFrom(segment);
        return array;
    }

    /** The elements in a segment that begins with room for the header, {@link #ARRAY_HEADER} bytes; not copied. */
    public static HalfFloatArray fromSegmentShallow(MemorySegment segment) {
        return new HalfFloatArray(segment, null);
    }

    public HalfFloat[] toHeapArray() {
        var values = new HalfFloat[getSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(i);
        }
        return values;
    }

    public HalfFloat get(int index) {
        reading(index);
        return new HalfFloat(elements().get(JAVA_SHORT, 2L * index));
    }

    public void set(int index, HalfFloat value) {
        writing(index);
        elements().set(JAVA_SHORT, 2L * index, value.getHalfFloatValue());
    }

    public void init(HalfFloat value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    @Override
    HalfFloatArray onDevice(Presence presence) {
        return new HalfFloatArray(allocate(getSize(), BYTES), presence);
    }
}
