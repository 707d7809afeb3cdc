package io.mural.tensor.cpu;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * The only place where threads are made. Work is cut into tasks by its shape alone, never by the number of threads,
 * so that results do not depend on it; threads take tasks from a counter.
 */
public final class Threads implements AutoCloseable {
    private final int count;
    private final ExecutorService pool;

    /** @param count threads that compute, the caller's included */
    public Threads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("at least one thread must compute, not " + count);
        }
        this.count = count;
        this.pool = Executors.newFixedThreadPool(
                Math.max(1, count - 1),
                Thread.ofPlatform().daemon().name("mural-", 0).factory());
    }

    public int count() {
        return count;
    }

    /** Runs {@code task} for 0 to {@code tasks} - 1, each once, and returns when all are done. */
    public void run(int tasks, IntConsumer task) {
        if (count == 1 || tasks <= 1) {
            for (int i = 0; i < tasks; i++) {
                task.accept(i);
            }
            return;
        }
        var next = new AtomicInteger();
        var failure = new AtomicReference<Throwable>();
        int helpers = Math.min(count, tasks) - 1;
        var finished = new CountDownLatch(helpers);
        for (int i = 0; i < helpers; i++) {
            pool.execute(() -> {
                drain(tasks, task, next, failure);
                finished.countDown();
            });
        }
        drain(tasks, task, next, failure);
        awaitUninterruptibly(finished);
        if (failure.get() instanceof Error error) {
            throw error;
        }
        if (failure.get() instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private static void drain(int tasks, IntConsumer task, AtomicInteger next, AtomicReference<Throwable> failure) {
        try {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                task.accept(i);
            }
        } catch (RuntimeException | Error thrown) {
            next.set(tasks);
            failure.compareAndSet(null, thrown);
        }
    }

    /** Kernels still write into the caller's memory: an interrupt must wait for them. */
    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
