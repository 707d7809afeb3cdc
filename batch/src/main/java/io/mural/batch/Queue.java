package io.mural.batch;

import io.mural.batch.Kinds.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * The pictures of a table in the order they are made: by model, large ones first. A row takes 24 bytes.
 *
 * <p>Longest first keeps all devices busy to the end: the makespan is at most 4/3 of the best (Graham 1969).
 */
final class Queue {
    private long[] offsets = new long[1024];
    private int[] lengths = new int[1024];
    private int[] kinds = new int[1024];
    private int[] counts = new int[1024];
    private int[] numbers = new int[1024];
    private int size;

    void add(int number, Table.Place place, int kind, int count) {
        if (size == offsets.length) {
            int larger = size * 2;
            offsets = Arrays.copyOf(offsets, larger);
            lengths = Arrays.copyOf(lengths, larger);
            kinds = Arrays.copyOf(kinds, larger);
            counts = Arrays.copyOf(counts, larger);
            numbers = Arrays.copyOf(numbers, larger);
        }
        offsets[size] = place.offset();
        lengths[size] = place.length();
        kinds[size] = kind;
        counts[size] = count;
        numbers[size] = number;
        size++;
    }

    int size() {
        return size;
    }

    /** Takes rows out again, by their numbers. */
    void remove(Set<Integer> rows) {
        int kept = 0;
        for (int row = 0; row < size; row++) {
            if (!rows.contains(numbers[row])) {
                offsets[kept] = offsets[row];
                lengths[kept] = lengths[row];
                kinds[kept] = kinds[row];
                counts[kept] = counts[row];
                numbers[kept] = numbers[row];
                kept++;
            }
        }
        size = kept;
    }

    Table.Place place(int row) {
        return new Table.Place(offsets[row], lengths[row]);
    }

    int kind(int row) {
        return kinds[row];
    }

    int count(int row) {
        return counts[row];
    }

    /** A row's number in the table. */
    int number(int row) {
        return numbers[row];
    }

    /** Rows in the order they are made. */
    int[] order(IntFunction<Kind> kind) {
        var setups = new HashMap<Catalog.Setup, Integer>();
        Map<Integer, Integer> setupOf = new HashMap<>();
        List<Integer> rows = new ArrayList<>(size);
        for (int row = 0; row < size; row++) {
            setupOf.computeIfAbsent(
                    kinds[row], each -> setups.computeIfAbsent(kind.apply(each).setup(), setup -> setups.size()));
            rows.add(row);
        }
        rows.sort(Comparator.<Integer>comparingInt(row -> setupOf.get(kinds[row]))
                .thenComparing(Comparator.<Integer>comparingDouble(
                                row -> kind.apply(kinds[row]).flops())
                        .reversed())
                .thenComparingInt(row -> row));
        return rows.stream().mapToInt(Integer::intValue).toArray();
    }
}
