package io.mural.tornado.device;

import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * One array that stays on the device, handed out in parts. It grows on paper until it is first used; from then on its
 * size is fixed, because TornadoVM's arrays are.
 */
public final class Slab {
    /** Native arrays are indexed by int; a margin for the header. */
    static final long MOST_ELEMENTS = Integer.MAX_VALUE - 64L;

    private final int id;
    private final Storage storage;
    private long elements;
    private TornadoNativeArray array;

    Slab(int id, Storage storage) {
        this.id = id;
        this.storage = storage;
    }

    int id() {
        return id;
    }

    Storage storage() {
        return storage;
    }

    /** Whether it has its final size. */
    boolean fixed() {
        return array != null;
    }

    long elements() {
        return elements;
    }

    long bytes() {
        return elements * storage.bytes();
    }

    /** Whether it has, or could still get, so many elements. */
    boolean reaches(long wanted) {
        return wanted <= (fixed() ? elements : MOST_ELEMENTS);
    }

    void reach(long wanted) {
        elements = Math.max(elements, wanted);
    }

    /** Fixes the size. */
    TornadoNativeArray array() {
        if (array == null) {
            array = storage.array(Math.toIntExact(elements));
        }
        return array;
    }
}
