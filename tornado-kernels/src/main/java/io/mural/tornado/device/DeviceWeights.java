package io.mural.tornado.device;

import io.mural.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Weights on the device, in the device's storage format. They are converted and uploaded when a unit first needs them
 * and stay as long as they fit in {@code budget}; those of further units are uploaded for every run of the unit to one of
 * two slabs in turn, while the device still works on the unit before.
 */
final class DeviceWeights {
    /** Elements that travel at a time. */
    private static final int PIECE = 1 << 22;

    private static final int LEAST_PIECE = 1 << 10;
    /** Slabs double from the one to the other. */
    private static final long LEAST_SLAB = 1 << 20;

    private static final long MOST_SLAB = 1 << 28;

    /** What a weight is: a matrix, the order of its columns. Matrices have no identity, views are made anew. */
    private record Key(long address, Object dtype, int rows, int cols, float scale, int kernel) {
        static Key of(Matrix matrix, int kernel) {
            return new Key(
                    matrix.data().address(), matrix.dtype(), matrix.rows(), matrix.cols(), matrix.scale(), kernel);
        }
    }

    /** A matrix that a unit needs; {@code kernel} is the side of a convolution's kernel, 1 for linear layers. */
    record Wanted(Matrix matrix, int kernel) {
        long elements() {
            return (long) matrix.rows() * matrix.cols();
        }
    }

    private final DeviceMemory memory;
    private final Storage storage;
    private final long budget;
    private final BiConsumer<String, Launch> upload;
    private final Consumer<String> notice;
    private final List<Slab> residents = new ArrayList<>();
    private final Map<Slab, Long> used = new HashMap<>();
    private final Map<Key, DeviceMemory.Place> places = new HashMap<>();
    private final Map<Key, DeviceMemory.Place> streamed = new HashMap<>();
    private final Slab[] staging = new Slab[2];
    private int turn;
    private long bytes;
    private long largestUnit;
    private boolean streams;

    /**
     * @param budget bytes that weights may take to stay
     * @param upload runs a launch that brings values to the device
     */
    DeviceWeights(
            DeviceMemory memory,
            Storage storage,
            long budget,
            BiConsumer<String, Launch> upload,
            Consumer<String> notice) {
        this.memory = memory;
        this.storage = storage;
        this.budget = budget;
        this.upload = upload;
        this.notice = notice;
    }

    Storage storage() {
        return storage;
    }

    /** Slabs with weights in them. */
    Set<Slab> inUse() {
        var all = new LinkedHashSet<>(residents);
        for (var slab : staging) {
            if (slab != null) {
                all.add(slab);
            }
        }
        return all;
    }

    /** Brings what a unit needs to the device, as far as it is not there. */
    void ready(String unit, List<Wanted> wanted) {
        streamed.clear();
        var missing = new LinkedHashSet<Wanted>();
        var seen = new LinkedHashSet<Key>();
        long elements = 0;
        for (var each : wanted) {
            var key = Key.of(each.matrix(), each.kernel());
            if (!places.containsKey(key) && seen.add(key)) {
                missing.add(each);
                elements += each.elements();
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        largestUnit = Math.max(largestUnit, elements);
        boolean fits = !residents.isEmpty() && fits(residents.getLast(), elements);
        if (!streams && (fits || bytes + elements * storage.bytes() <= budget)) {
            keep(unit, missing, elements);
        } else {
            stream(unit, missing, elements);
        }
    }

    private void keep(String unit, Set<Wanted> missing, long elements) {
        var slab = residents.isEmpty() ? null : residents.getLast();
        if (slab == null || !fits(slab, elements)) {
            slab = memory.slab(storage);
            long next = Math.min(MOST_SLAB, LEAST_SLAB << Math.min(residents.size(), 16));
            long room = Math.min(next, (budget - bytes) / storage.bytes());
            slab.reach(
                    Math.max(elements, room / elements * elements)); // whole units of this size: nothing is left over
            bytes += slab.bytes();
            residents.add(slab);
            used.put(slab, 0L);
        }
        for (var each : missing) {
            long at = used.get(slab);
            send(unit, each, slab, at);
            places.put(Key.of(each.matrix(), each.kernel()), new DeviceMemory.Place(slab, Math.toIntExact(at)));
            used.put(slab, at + each.elements());
        }
    }

    /** Bytes of the slabs in which weights stay. */
    long residentBytes() {
        return bytes;
    }

    private boolean fits(Slab slab, long elements) {
        return used.get(slab) + elements <= slab.elements();
    }

    private void stream(String unit, Set<Wanted> missing, long elements) {
        if (!streams) {
            streams = true;
            notice.accept("weights: %.2f GiB stay on the device, the rest travels to it in every step"
                    .formatted((double) bytes / (1 << 30)));
        }
        turn = 1 - turn;
        if (staging[turn] == null || staging[turn].elements() < elements) {
            staging[turn] = memory.slab(storage);
            staging[turn].reach(largestUnit);
        }
        long at = 0;
        for (var each : missing) {
            send(unit, each, staging[turn], at);
            streamed.put(
                    Key.of(each.matrix(), each.kernel()), new DeviceMemory.Place(staging[turn], Math.toIntExact(at)));
            at += each.elements();
        }
    }

    /** Where a matrix of the unit lies; after {@link #ready}. */
    DeviceMemory.Place place(Matrix matrix, int kernel) {
        var key = Key.of(matrix, kernel);
        var place = places.get(key);
        return place == null ? streamed.get(key) : place;
    }

    private void send(String unit, Wanted wanted, Slab slab, long at) {
        long total = wanted.elements();
        for (long from = 0; from < total; from += PIECE) {
            int count = Math.toIntExact(Math.min(PIECE, total - from));
            long first = from;
            // few sizes, so that few graphs are built
            int box = Math.max(LEAST_PIECE, Integer.highestOneBit(Math.max(1, count - 1)) << 1);
            var inbox = new Operand.Inbox(storage, box, memory -> fill(wanted, first, count, memory));
            int[] ints = {1, count, Math.toIntExact(at + from), count, 0, count};
            upload.accept(
                    unit,
                    new Launch(storage.copy(), List.of(inbox, new Operand.Resident(slab)), ints, new float[0], 64, 64));
        }
    }

    /** Elements of a matrix, row-major; those of a convolution in the order (out, row, column, in). */
    private void fill(Wanted wanted, long from, int count, MemorySegment target) {
        var matrix = wanted.matrix();
        int kernel = wanted.kernel();
        if (kernel == 1 && storage.is(matrix.dtype())) {
            MemorySegment.copy(matrix.data(), from * storage.bytes(), target, 0, (long) count * storage.bytes());
            return;
        }
        int in = matrix.cols() / (kernel * kernel);
        for (int i = 0; i < count; i++) {
            int row = (int) ((from + i) / matrix.cols());
            int k = (int) ((from + i) % matrix.cols());
            storage.set(target, i, matrix.get(row, k % in * kernel * kernel + k / in));
        }
    }
}
