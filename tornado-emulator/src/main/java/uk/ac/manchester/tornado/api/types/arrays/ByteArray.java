package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.mural.emulator.Presence;
import java.lang.foreign.MemorySegment;

/** Bytes. */
public final class ByteArray extends TornadoNativeArray {
    private static final int BYTES = 1;

    public ByteArray(int numberOfElements) {
        super(numberOfElements, BYTES);
    }

    private ByteArray(MemorySegment withHeader, Presence presence) {
        super(withHeader, BYTES, presence);
    }

    public static ByteArray fromArray(byte[] values) {
        return fromElements(values);
    }

    public static ByteArray fromElements(byte... values) {
        var array = new ByteArray(values.length);
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
        return array;
    }

    /** A copy of the elements in a segment. */
    public static ByteArray fromSegment(MemorySegment segment) {
        var array = new ByteArray(elements(segment.byteSize(), BYTES));
        array.getSegment().copyFrom(segment);
        return array;
    }

    /** The elements in a segment that begins with room for the header, {@link #ARRAY_HEADER} bytes; not copied. */
    public static ByteArray fromSegmentShallow(MemorySegment segment) {
        return new ByteArray(segment, null);
    }

    public byte[] toHeapArray() {
        var values = new byte[getSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(i);
        }
        return values;
    }

    public byte get(int index) {
        reading(index);
        return elements().get(JAVA_BYTE, 1L * index);
    }

    public void set(int index, byte value) {
        writing(index);
        elements().set(JAVA_BYTE, 1L * index, value);
    }

    public void init(byte value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    @Override
    ByteArray onDevice(Presence presence) {
        return new ByteArray(allocate(getSize(), BYTES), presence);
    }
}
