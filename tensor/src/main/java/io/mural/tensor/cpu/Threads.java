package io.mural.tensor.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The only place where threads are made. Threads take tasks from a counter, so a task's result must not depend on who
 * runs it, and the way work is cut into tasks must not change the arithmetic of an element.
 *
 * <p>Threads wait for the next call actively for a tenth of a millisecond, because the operations of a small model follow
 * each other that fast, and then sleep.
 */
public final class Threads implements AutoCloseable {
    /** One piece of work; {@code worker} is 0 to {@link #count()} - 1 and names the scratch memory it may use. */
    @FunctionalInterface
    public interface Task {
        void run(int index, int worker);
    }

    private static final long ACTIVE_WAIT_NANOS = 100_000;

    private final Thread[] helpers;
    private volatile Call current;
    private volatile boolean closed;

    /** @param count threads that compute, the caller's included */
    public Threads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("at least one thread must compute, not " + count);
        }
        this.helpers = new Thread[count - 1];
        for (int i = 0; i < helpers.length; i++) {
            int worker = i + 1;
            helpers[i] = Thread.ofPlatform().daemon().name("mural-" + worker).start(() -> help(worker));
        }
    }

    public int count() {
        return helpers.length + 1;
    }

    /**
     * Runs {@code task} for 0 to {@code tasks} - 1, each once, and returns when all are done; an exception of a task
     * is thrown here. One thread calls at a time. A single task runs in the caller without waking anyone.
     */
    public void run(int tasks, Task task) {
        int invited = Math.min(helpers.length, tasks - 1);
        if (invited <= 0) {
            for (int i = 0; i < tasks; i++) {
                task.run(i, 0);
            }
            return;
        }
        var call = new Call(tasks, task, invited, Thread.currentThread());
        current = call;
        for (int i = 0; i < invited; i++) {
            LockSupport.unpark(helpers[i]);
        }
        call.drain(0);
        call.close();
        awaitHelpers(call);
        call.rethrow();
    }

    private void help(int worker) {
        Call seen = null;
        while (true) {
            seen = awaitCall(seen);
            if (seen == null) {
                return;
            }
            if (worker <= seen.invited && seen.enter()) {
                seen.drain(worker);
                seen.leave();
            }
        }
    }

    private Call awaitCall(Call seen) {
        long start = System.nanoTime();
        while (!closed) {
            var call = current;
            if (call != seen) {
                return call;
            }
            if (System.nanoTime() - start < ACTIVE_WAIT_NANOS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        return null;
    }

    /** Kernels still write into the caller's memory: an interrupt must wait for them. */
    private void awaitHelpers(Call call) {
        boolean interrupted = false;
        long start = System.nanoTime();
        while (call.busy()) {
            if (System.nanoTime() - start < ACTIVE_WAIT_NANOS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (var helper : helpers) {
            LockSupport.unpark(helper);
        }
    }

    /**
     * The state of one {@link #run}; a new object each time, so that a helper that wakes late sees an old one whole.
     * Who has not entered when the tasks are gone is not waited for: on a busy machine it may not run for long.
     */
    private static final class Call {
        private static final int CLOSED = 1 << 30;

        private final int tasks;
        private final Task task;
        private final int invited;
        private final Thread caller;
        private final AtomicInteger next = new AtomicInteger();
        /** Helpers inside, plus {@link #CLOSED} when nobody may enter any more. */
        private final AtomicInteger inside = new AtomicInteger();

        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Call(int tasks, Task task, int invited, Thread caller) {
            this.tasks = tasks;
            this.task = task;
            this.invited = invited;
            this.caller = caller;
        }

        boolean enter() {
            while (true) {
                int count = inside.get();
                if (count >= CLOSED) {
                    return false;
                }
                if (inside.compareAndSet(count, count + 1)) {
                    return true;
                }
            }
        }

        void leave() {
            if (inside.decrementAndGet() == CLOSED) {
                LockSupport.unpark(caller);
            }
        }

        void close() {
            inside.addAndGet(CLOSED);
        }

        /** Whether helpers are inside; asked by the caller once it has closed. */
        boolean busy() {
            return inside.get() > CLOSED;
        }

        void drain(int worker) {
            try {
                for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                    task.run(i, worker);
                }
            } catch (RuntimeException | Error thrown) {
                next.set(tasks);
                failure.compareAndSet(null, thrown);
            }
        }

        void rethrow() {
            if (failure.get() instanceof Error error) {
                throw error;
            }
            if (failure.get() instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }
}
