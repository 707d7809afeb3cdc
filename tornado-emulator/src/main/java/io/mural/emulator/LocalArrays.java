package io.mural.emulator;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The arrays that the work-items of a group share. The n-th one a work-item asks for is the n-th of every other. */
final class LocalArrays {
    // What every GPU offers a group.
    static final int MOST_BYTES = 48 * 1024;

    private final Grid grid;
    private final List<Object> arrays = new ArrayList<>();
    private long bytes;

    LocalArrays(Grid grid) {
        this.grid = grid;
    }

    <T> T get(int index, Class<T> type, int size) {
        if (!grid.isGrouped()) {
            throw new IllegalStateException("a local array needs groups, but its worker grid sets no local work");
        }
        if (index == arrays.size()) {
            arrays.add(allocate(type, size));
        }
        Object array = arrays.get(index);
        if (!type.isInstance(array) || Array.getLength(array) != size) {
            throw new IllegalStateException("local array %d is a %s in one work-item and a %s in another"
                    .formatted(index + 1, describe(array.getClass(), Array.getLength(array)), describe(type, size)));
        }
        return type.cast(array);
    }

    private Object allocate(Class<?> type, int size) {
        bytes += (long) size * elementBytes(type);
        if (bytes > MOST_BYTES) {
            throw new IllegalStateException(
                    "its local arrays take %d bytes, but a group has %d".formatted(bytes, MOST_BYTES));
        }
        Object array = Array.newInstance(type.getComponentType(), size);
        // A device does not clear them.
        switch (array) {
            case float[] floats -> Arrays.fill(floats, Float.NaN);
            case double[] doubles -> Arrays.fill(doubles, Double.NaN);
            case int[] ints -> Arrays.fill(ints, 0x7FC0DEAD);
            case long[] longs -> Arrays.fill(longs, 0x7FC0DEAD7FC0DEADL);
            case byte[] bytes -> Arrays.fill(bytes, (byte) 0xAD);
            default -> {} // objects: null until written
        }
        return array;
    }

    private static int elementBytes(Class<?> type) {
        return switch (type.getComponentType().getName()) {
            case "byte" -> 1;
            case "int", "float" -> Float.BYTES;
            case "long", "double" -> Double.BYTES;
            default -> Short.BYTES; // HalfFloat
        };
    }

    private static String describe(Class<?> type, int size) {
        return type.getComponentType().getSimpleName() + "[" + size + "]";
    }
}
