package io.mural.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The owner of activations: memory outside the heap that units of a model borrow and give back, so that the peak is
 * what the largest unit needs, whatever the number of units. Used by one thread.
 *
 * <p>Released memory keeps its old contents; whoever allocates must write before reading. When poisoned, every
 * allocation is filled with NaN, so that a test sees a kernel that forgets. A planned workspace counts and allocates
 * nothing.
 */
public final class Workspace implements AutoCloseable {
    private enum Mode {
        REAL,
        POISONED,
        PLANNED
    }

    /** Where a workspace takes its blocks from, other than the processor's memory. */
    public interface Memory {
        /** A block with undefined contents; what it is addressed by need not be readable here. */
        MemorySegment take(long bytes);

        void giveBack(MemorySegment block);

        /** Fills a tensor with NaN. */
        void poison(Tensor tensor);
    }

    /** A piece of memory; without one when it is only counted. */
    private record Block(long bytes, MemorySegment memory, Runnable release) {
        static Block counted(long bytes) {
            return new Block(bytes, MemorySegment.NULL, () -> {});
        }

        static Block of(long bytes) {
            var arena = Arena.ofShared();
            return new Block(bytes, arena.allocate(bytes, ALIGNMENT), arena::close);
        }

        static Block of(long bytes, Memory memory) {
            var block = memory.take(bytes);
            return new Block(bytes, block, () -> memory.giveBack(block));
        }

        void free() {
            release.run();
        }
    }

    private static final long ALIGNMENT = 64;
    /**
     * A released block serves a request if at most a fifth of it is wasted; and of all memory at most a fifth lies idle
     * when more is asked for.
     */
    private static final double LARGEST_WASTE = 1.25;

    private final Mode mode;
    private final Optional<Memory> memory;
    private final TreeMap<Long, Deque<Block>> free = new TreeMap<>();
    private final Deque<Map<Tensor, Block>> scopes = new ArrayDeque<>();
    private long live;
    private long peak;
    private long reserved;
    private long mostReserved;

    public Workspace() {
        this(Mode.REAL, Optional.empty());
    }

    private Workspace(Mode mode, Optional<Memory> memory) {
        this.mode = mode;
        this.memory = memory;
        scopes.push(new IdentityHashMap<>());
    }

    /** A workspace for tests: every allocation starts as NaN. */
    public static Workspace poisoned() {
        return new Workspace(Mode.POISONED, Optional.empty());
    }

    /** An empty one of the same kind beside this. */
    Workspace beside() {
        return new Workspace(mode, memory);
    }

    /** One like this, poisoned if this one is, that takes its blocks from {@code memory}. */
    public Workspace over(Memory memory) {
        return new Workspace(mode, Optional.of(memory));
    }

    /** A workspace for {@link PlanOps}: it counts what a real one would take. */
    static Workspace planned() {
        return new Workspace(Mode.PLANNED, Optional.empty());
    }

    /** A contiguous tensor with undefined contents that lives until the innermost open scope closes. */
    public Tensor allocate(Shape shape) {
        var block = take(shape.size() * Float.BYTES);
        live += block.bytes();
        peak = Math.max(peak, live);
        var tensor = mode == Mode.PLANNED ? Tensor.planned(shape) : Tensor.of(block.memory(), shape);
        if (mode == Mode.POISONED) {
            memory.ifPresentOrElse(device -> device.poison(tensor), () -> poison(block, shape));
        }
        scopes.getFirst().put(tensor, block);
        return tensor;
    }

    private static void poison(Block block, Shape shape) {
        for (long i = 0; i < shape.size(); i++) {
            block.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.NaN);
        }
    }

    /** Opens a scope: what is allocated from here on is released when it closes. */
    public void open() {
        scopes.push(new IdentityHashMap<>());
    }

    /** Closes the innermost scope; tensors of {@code kept} that it allocated pass to the scope around it. */
    public void close(List<Tensor> kept) {
        var scope = scopes.pop();
        for (var tensor : kept) {
            var block = scope.remove(tensor);
            if (block != null) {
                scopes.getFirst().put(tensor, block);
            }
        }
        for (var block : scope.values()) {
            giveBack(block);
        }
    }

    /** Releases a tensor of the innermost scope early; returns false if that scope did not allocate it. */
    public boolean release(Tensor tensor) {
        var block = scopes.getFirst().remove(tensor);
        if (block == null) {
            return false;
        }
        giveBack(block);
        return true;
    }

    /** Bytes in use now. */
    public long liveBytes() {
        return live;
    }

    /** The most bytes that were in use at one time. */
    public long peakBytes() {
        return peak;
    }

    /**
     * The most bytes that were taken from the operating system at one time; at least {@link #peakBytes()}, more where
     * sizes did not fit again.
     */
    public long reservedBytes() {
        return mostReserved;
    }

    private Block take(long bytes) {
        long size = Math.max(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        var fit = free.ceilingEntry(size);
        if (fit != null && fit.getKey() <= size * LARGEST_WASTE) {
            var block = fit.getValue().pop();
            if (fit.getValue().isEmpty()) {
                free.remove(fit.getKey());
            }
            return block;
        }
        trim(size);
        reserved += size;
        mostReserved = Math.max(mostReserved, reserved);
        if (mode == Mode.PLANNED) {
            return Block.counted(size);
        }
        return memory.map(device -> Block.of(size, device)).orElseGet(() -> Block.of(size));
    }

    /** Gives idle blocks back to the operating system, the largest first, before {@code size} more are taken from it. */
    private void trim(long size) {
        double limit = LARGEST_WASTE * Math.max(peak, live + size);
        while (reserved + size > limit && !free.isEmpty()) {
            var largest = free.lastEntry();
            var block = largest.getValue().pop();
            if (largest.getValue().isEmpty()) {
                free.remove(largest.getKey());
            }
            reserved -= block.bytes();
            block.free();
        }
    }

    private void giveBack(Block block) {
        live -= block.bytes();
        free.computeIfAbsent(block.bytes(), size -> new ArrayDeque<>()).push(block);
    }

    @Override
    public void close() {
        free.values().forEach(blocks -> blocks.forEach(Block::free));
        scopes.forEach(scope -> scope.values().forEach(Block::free));
        free.clear();
        scopes.clear();
    }
}
