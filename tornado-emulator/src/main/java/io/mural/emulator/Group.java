package io.mural.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * A work-group. Its work-items run one after another until one of them comes to a barrier; from there on each is a
 * virtual thread, and all pass the barrier together.
 */
final class Group {
    private final Task task;
    private final Object[] arguments;
    private final Grid grid;
    private final int[] place;
    private final LocalArrays localArrays;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition passed = lock.newCondition();
    private List<Thread> others; // the virtual threads, null before the first barrier
    private int next; // the work-item to run next
    private int waiting;
    private int finished;
    private long barriers; // how many were passed
    private TornadoRuntimeException failure; // of the first work-item that failed

    /** Ends a work-item of a group in which another one failed. */
    private static final class Abandoned extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Abandoned() {
            super(null, null, false, false);
        }
    }

    Group(Task task, Object[] arguments, Grid grid, int index) {
        this.task = task;
        this.arguments = arguments;
        this.grid = grid;
        place = grid.group(index);
        localArrays = new LocalArrays(grid);
    }

    void run() {
        while (next < grid.groupSize()) {
            runItem(next++);
        }
        if (others != null) {
            join();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void runItem(int index) {
        int[] local = grid.local(index);
        int[] global = new int[local.length];
        for (int axis = 0; axis < local.length; axis++) {
            global[axis] = place[axis] * grid.local()[axis] + local[axis];
        }
        Object[] own = arguments.clone();
        own[task.contextIndex()] = new WorkItem(this, global, place, local, grid);
        try {
            task.kernel().invoke(own);
            finish();
        } catch (Abandoned abandoned) {
            finish();
        } catch (Throwable thrown) {
            fail(Failure.of(task, " at work-item " + Arrays.toString(global), thrown));
        }
    }

    synchronized <T> T shared(int index, Class<T> type, int size) {
        return localArrays.get(index, type, size);
    }

    /** Called by a work-item: returns once all have called. */
    void barrier() {
        lock.lock();
        try {
            if (finished > 0) {
                throw missedBarrier();
            }
            if (others == null) {
                startOthers();
            }
            waiting++;
            if (waiting == grid.groupSize()) {
                waiting = 0;
                barriers++;
                passed.signalAll();
                return;
            }
            long barrier = barriers;
            while (barriers == barrier && failure == null && finished == 0) {
                passed.awaitUninterruptibly();
            }
            if (failure != null) {
                throw new Abandoned();
            }
            if (barriers == barrier) {
                throw missedBarrier();
            }
        } finally {
            lock.unlock();
        }
    }

    private IllegalStateException missedBarrier() {
        return new IllegalStateException(
                "a barrier was not reached by all %d work-items of its group".formatted(grid.groupSize()));
    }

    private void startOthers() {
        others = new ArrayList<>();
        while (next < grid.groupSize()) {
            int index = next++;
            others.add(Thread.ofVirtual().start(() -> runItem(index)));
        }
    }

    private void finish() {
        lock.lock();
        try {
            finished++;
            passed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void fail(TornadoRuntimeException first) {
        lock.lock();
        try {
            if (failure == null) {
                failure = first;
            }
            next = grid.groupSize();
            passed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void join() {
        for (Thread thread : others) {
            boolean isDone = false;
            while (!isDone) {
                try {
                    isDone = thread.join(java.time.Duration.ofDays(1));
                } catch (InterruptedException e) {
                    fail(Failure.of(task, "", e));
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
