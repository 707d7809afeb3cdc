package io.mural.weights.stream;

import io.mural.weights.file.MappedMemory.Range;
import io.mural.weights.names.Weights;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The blocks of a part of a model in the order a forward pass uses them, and where in mapped memory each stands. */
public final class WeightBlocks {
    private final List<Block> blocks = new ArrayList<>();
    private final Map<String, Integer> units = new HashMap<>();
    private final long bytes;

    /** @param places in memory */
    record Block(List<Range> places) {
        long bytes() {
            return places.stream().mapToLong(Range::bytes).sum();
        }
    }

    /**
     * No blocks yet.
     *
     * @param bytes of the whole part, as stored
     */
    public WeightBlocks(long bytes) {
        this.bytes = bytes;
    }

    /**
     * Adds the block that is used next.
     *
     * @param block the tensors whose names begin with its name and a dot
     * @param names of the units that use it
     */
    public WeightBlocks add(Weights block, String... names) {
        for (var name : names) {
            units.put(name, blocks.size());
        }
        blocks.add(new Block(merged(block.places())));
        return this;
    }

    /** The names of all units that use blocks. */
    public Set<String> names() {
        return Collections.unmodifiableSet(units.keySet());
    }

    /** Bytes of the whole part. */
    public long bytes() {
        return bytes;
    }

    List<Block> blocks() {
        return blocks;
    }

    /** The block that a unit of that name uses, or -1. */
    int index(String unit) {
        return units.getOrDefault(unit, -1);
    }

    /** Bytes that are read anew in every pass when {@code memory} bytes are there for the part. */
    public long streamedBytes(long memory) {
        return streamed(memory).stream().mapToLong(i -> blocks.get(i).bytes()).sum();
    }

    /**
     * The blocks that do not stay in memory between two passes, where {@code memory} bytes are there for the part. They
     * are spread evenly, so that the disk reads one while those that stay are computed with.
     */
    BitSet streamed(long memory) {
        var streamed = new BitSet();
        if (bytes <= memory) {
            return streamed;
        }
        long all = blocks.stream().mapToLong(Block::bytes).sum();
        // One in use and one that is read ahead are in memory too.
        long window = 2 * blocks.stream().mapToLong(Block::bytes).max().orElse(0);
        double part = Math.clamp((bytes - memory + window) / (double) Math.max(1, all), 0, 1);
        long passed = 0;
        long taken = 0;
        for (int i = 0; i < blocks.size(); i++) {
            passed += blocks.get(i).bytes();
            if (taken < part * passed) {
                taken += blocks.get(i).bytes();
                streamed.set(i);
            }
        }
        return streamed;
    }

    /** In order of addresses, neighbours joined. */
    private static List<Range> merged(List<MemorySegment> segments) {
        var sorted = new ArrayList<>(segments);
        sorted.sort(Comparator.comparingLong(MemorySegment::address));
        var merged = new ArrayList<Range>();
        for (var segment : sorted) {
            long end = segment.address() + segment.byteSize();
            if (!merged.isEmpty() && segment.address() <= merged.getLast().end()) {
                var last = merged.removeLast();
                merged.add(new Range(last.address(), Math.max(end, last.end()) - last.address()));
            } else {
                merged.add(new Range(segment.address(), segment.byteSize()));
            }
        }
        return merged;
    }
}
