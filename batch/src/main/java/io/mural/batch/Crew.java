package io.mural.batch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Workers that make a shard's pictures, one on each device. */
final class Crew {
    private final Batch batch;
    private final Results results;
    private final Tally tally;
    private final BatchListener listener;
    private volatile Throwable trouble; // the first that ended a worker

    Crew(Batch batch, Results results, Tally tally, BatchListener listener) {
        this.batch = batch;
        this.results = results;
        this.tally = tally;
        this.listener = listener;
    }

    /** On this thread if there is one device, so that an interrupt reaches it; else on a thread for each. */
    void work(List<String> devices, Cursor cursor) throws IOException {
        if (devices.size() == 1) {
            make(devices.getFirst(), cursor);
            return;
        }
        List<Thread> threads = new ArrayList<>();
        for (var device : devices) {
            threads.add(Thread.ofPlatform().name("mural-batch " + device).start(() -> {
                try {
                    make(device, cursor);
                } catch (Throwable e) {
                    stop(threads, e);
                }
            }));
        }
        join(threads);
        switch (trouble) {
            case null -> {}
            case UncheckedIOException e -> throw e.getCause();
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(trouble);
        }
    }

    private void stop(List<Thread> threads, Throwable reason) {
        synchronized (this) {
            if (trouble == null) {
                trouble = reason;
            }
        }
        synchronized (threads) {
            threads.forEach(Thread::interrupt);
        }
    }

    private static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (var thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    threads.forEach(Thread::interrupt);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void make(String device, Cursor cursor) throws IOException {
        try (var models = new OpenModel(batch.studio(), device)) {
            var worker = new Worker(batch.means(batch.shard() + " " + device), models);
            for (var next = cursor.next(); next.isPresent() && trouble == null; next = cursor.next()) {
                var kind = batch.kind(next.get().row());
                var result = worker.work(batch.row(next.get().row()), next.get().picture(), kind);
                results.add(result);
                var state = tally.count(result.status(), kind.flops(), batch.seconds());
                synchronized (this) {
                    listener.progress(
                            state,
                            Optional.ofNullable(result.cells().get("error")).map(Object::toString));
                }
            }
        }
    }
}
