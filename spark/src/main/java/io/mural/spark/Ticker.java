package io.mural.spark;

import io.mural.batch.BatchListener;
import io.mural.batch.BatchListener.State;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Tells every second how far a job is, if it is further. */
final class Ticker implements AutoCloseable {
    private static final double NANOS = 1e9;

    private final BatchListener listener;
    private final Function<Double, State> state;
    private final long start;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private long told; // pictures that were done then

    /** @param state after so many seconds */
    Ticker(BatchListener listener, Function<Double, State> state, long start) {
        this.listener = listener;
        this.state = state;
        this.start = start;
        thread = Thread.ofPlatform().daemon().name("mural-progress").start(this::run);
    }

    private void run() {
        try {
            while (!ended.await(1, TimeUnit.SECONDS)) {
                tell();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void tell() {
        var now = state.apply((System.nanoTime() - start) / NANOS);
        if (now.done() > told) {
            told = now.done();
            listener.progress(now, Optional.empty());
        }
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
