package io.mural.weights.stream;

import io.mural.weights.file.MappedMemory;
import java.util.BitSet;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Reads weights ahead of a forward pass and gives back what does not fit behind it, in a thread of its own: a file larger
 * than memory goes through at the speed of the disk. It is told the units of the pass as they begin, by one thread, and
 * must be closed before the checkpoint. Parts too small to be worth a thread are left to the system.
 */
public final class WeightStream implements AutoCloseable {
    private static final long WORTH_A_THREAD = 256L << 20;

    private final WeightBlocks blocks;
    private final BitSet streamed;
    private final LinkedBlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    private final Thread reader;
    private int current = -1;
    /** Units begun so far. */
    private volatile long turn;

    private volatile boolean closed;

    /**
     * Begins to read the first blocks.
     *
     * @param memory bytes that the part may take; what is beyond is read anew in every pass
     */
    public WeightStream(WeightBlocks blocks, long memory) {
        this.blocks = blocks;
        streamed = blocks.streamed(memory);
        if (blocks.bytes() < WORTH_A_THREAD || blocks.blocks().isEmpty()) {
            reader = null;
            return;
        }
        reader = Thread.ofPlatform().daemon().name("mural-weights").start(this::read);
        load(0, 1);
        load(1, 2);
    }

    /** A unit begins: the block before is no longer used, the one behind soon will be. */
    public void unit(String name) {
        int index = blocks.index(name);
        if (reader == null || index < 0) {
            return;
        }
        int before = current;
        current = index;
        turn++;
        if (before >= 0 && before != index && streamed.get(before)) {
            work.add(() -> release(before));
        }
        load(index + 1, 1);
        int next = streamed.nextSetBit(index + 1);
        int ahead = next >= 0 ? next : streamed.nextSetBit(0) + blocks.blocks().size();
        if (!streamed.isEmpty() && ahead > index + 1) {
            load(ahead, ahead - index);
        }
    }

    /** @param turns until the block is used */
    private void load(int block, int turns) {
        long use = turn + turns;
        var places = blocks.blocks().get(block % blocks.blocks().size()).places();
        work.add(() -> places.forEach(place -> MappedMemory.load(place, () -> !closed && turn <= use)));
    }

    private void release(int block) {
        blocks.blocks().get(block).places().forEach(MappedMemory::release);
    }

    private void read() {
        try {
            while (!closed) {
                work.take().run();
            }
        } catch (InterruptedException e) {
            // The stream is closed while nothing is to be done.
        }
    }

    /** Gives back what does not stay. */
    @Override
    public void close() {
        closed = true;
        if (reader == null) {
            return;
        }
        reader.interrupt();
        boolean interrupted = false;
        while (reader.isAlive()) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        streamed.stream().forEach(this::release);
    }
}
