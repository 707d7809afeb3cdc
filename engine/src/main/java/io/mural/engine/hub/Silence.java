package io.mural.engine.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A body that is closed when it brings nothing for too long: a connection can be lost without a word. */
final class Silence implements AutoCloseable {
    private final InputStream body;
    private final Duration longest;
    private final AtomicLong last = new AtomicLong(System.nanoTime());
    private final Thread watch;
    private volatile boolean silent;

    Silence(InputStream body, Duration longest) {
        this.body = body;
        this.longest = longest;
        watch = Thread.ofVirtual().name("silence").start(this::watch);
    }

    private void watch() {
        try {
            while (true) {
                long left = longest.toNanos() - (System.nanoTime() - last.get());
                if (left <= 0) {
                    silent = true;
                    body.close();
                    return;
                }
                Thread.sleep(Duration.ofNanos(left));
            }
        } catch (InterruptedException | IOException e) {
            // The body is read to its end, or gone already.
        }
    }

    /** Bytes read into the buffer's beginning; -1 at the end. */
    int read(byte[] buffer, int most) throws IOException {
        int read = body.read(buffer, 0, most);
        if (silent) {
            throw new IOException("nothing came for " + longest.toSeconds() + " s");
        }
        last.set(System.nanoTime());
        return read;
    }

    @Override
    public void close() throws IOException {
        watch.interrupt();
        body.close();
    }
}
