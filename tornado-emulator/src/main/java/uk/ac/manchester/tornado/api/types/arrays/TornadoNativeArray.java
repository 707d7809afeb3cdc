package uk.ac.manchester.tornado.api.types.arrays;

import io.mural.emulator.DeviceArrays;
import io.mural.emulator.Presence;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An array outside the Java heap. Its memory begins with a header, in which a device keeps what it needs to know; the
 * elements follow.
 */
public abstract sealed class TornadoNativeArray permits BFloat16Array, ByteArray, FloatArray, HalfFloatArray, IntArray {
    /** Bytes before the first element. */
    public static final long ARRAY_HEADER = 16;

    static {
        DeviceArrays.register(new Copies());
    }

    private final MemorySegment withHeader;
    private final MemorySegment elements;
    private final int size;
    private final int elementBytes;
    private final Presence presence; // null on the host

    TornadoNativeArray(int size, int elementBytes) {
        this(allocate(size, elementBytes), elementBytes, null);
    }

    TornadoNativeArray(MemorySegment withHeader, int elementBytes, Presence presence) {
        this.withHeader = withHeader;
        this.elements = withHeader.asSlice(ARRAY_HEADER);
        this.size = elements(elements.byteSize(), elementBytes);
        this.elementBytes = elementBytes;
        this.presence = presence;
    }

    static MemorySegment allocate(int size, int elementBytes) {
        return Arena.ofAuto().allocate(ARRAY_HEADER + (long) size * elementBytes, ARRAY_HEADER);
    }

    static int elements(long bytes, int elementBytes) {
        if (bytes % elementBytes != 0) {
            throw new IllegalArgumentException(
                    "The byte size (%d) is not a multiple of the element size (%d)".formatted(bytes, elementBytes));
        }
        return Math.toIntExact(bytes / elementBytes);
    }

    public int getSize() {
        return size;
    }

    /** The elements. */
    public MemorySegment getSegment() {
        return elements;
    }

    public MemorySegment getSegmentWithHeader() {
        return withHeader;
    }

    public long getNumBytesOfSegmentWithHeader() {
        return withHeader.byteSize();
    }

    public long getNumBytesOfSegment() {
        return elements.byteSize();
    }

    public int getElementSize() {
        return elementBytes;
    }

    /** The room of this array in a device's memory, watched by {@code presence}. */
    abstract TornadoNativeArray onDevice(Presence presence);

    final MemorySegment elements() {
        return elements;
    }

    final void reading(int index) {
        checkIndex(index);
        if (presence != null) {
            presence.reading(index);
        }
    }

    final void writing(int index) {
        checkIndex(index);
        if (presence != null) {
            presence.writing(index);
        }
    }

    private void checkIndex(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("index %d is outside a %s of %d elements"
                    .formatted(index, getClass().getSimpleName(), size));
        }
    }
}
