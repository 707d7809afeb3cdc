package io.mural.engine.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.regex.Pattern;

/** The connections over which a file comes; each fetches chunk after chunk and goes on where it was cut. */
final class Connections {
    private static final int BUFFER = 128 << 10;
    private static final int PARTIAL = 206;

    /** Asks for a file without saying where to end. */
    private static final long OPEN = -1;

    private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+|\\*)");

    private final HubClient client;
    private final HubSettings settings;
    private final PullListener listener;
    private final HubClient.Place place;
    private final Chunks chunks;
    private final FileChannel bytes;
    private final Mark mark;
    private final List<Thread> threads = new ArrayList<>();

    /** Notes that a chunk is whole. */
    interface Mark {
        void set(int chunk) throws IOException;
    }

    Connections(
            HubClient client,
            HubSettings settings,
            PullListener listener,
            HubClient.Place place,
            Chunks chunks,
            FileChannel bytes,
            Mark mark) {
        this.client = client;
        this.settings = settings;
        this.listener = listener;
        this.place = place;
        this.chunks = chunks;
        this.bytes = bytes;
        this.mark = mark;
    }

    void start() {
        int number = Math.min(settings.pace().connections(), chunks.missing());
        for (int i = 0; i < number; i++) {
            threads.add(Thread.ofPlatform().daemon().name("pull-" + i).start(this::work));
        }
    }

    private void work() {
        try {
            for (int number = chunks.take(); number >= 0; number = chunks.take()) {
                fetch(number);
                mark.set(number);
                chunks.done(number);
            }
        } catch (Throwable e) {
            chunks.fail(e); // the thread that hashes throws it
        }
    }

    private void fetch(int number) throws InterruptedException {
        long end = chunks.end(number);
        // A file of one chunk is asked for as it is: servers without ranges give it at once.
        boolean whole = chunks.count() == 1;
        bring(chunks.begin(number), end, at -> whole && at == 0 ? OPEN : end - 1, whole);
    }

    /**
     * Brings bytes, over one connection after the other where they break.
     *
     * @param last the last byte to ask for when there are bytes up to the one given, or {@link #OPEN}
     * @param restarts as in {@link #store}
     */
    private void bring(long begin, long end, LongUnaryOperator last, boolean restarts) throws InterruptedException {
        var retries = new Retries(settings.pace(), listener);
        long at = begin;
        while (at < end) {
            long before = at;
            try {
                at = store(client.open(place, at, last.applyAsLong(at)), at, end, restarts);
            } catch (Cut e) {
                at = e.at;
                if (at > before) {
                    retries.progress();
                }
                retries.after(e.reason, place.shown(), settings.endpoint());
            } catch (IOException e) {
                retries.after(e, place.shown(), settings.endpoint());
            }
        }
    }

    /** A connection broke with bytes up to {@code at} here. */
    private static final class Cut extends Exception {
        private static final long serialVersionUID = 1L;
        private final long at;
        private final transient IOException reason;

        Cut(long at, IOException reason) {
            super(reason);
            this.at = at;
            this.reason = reason;
        }
    }

    /**
     * Writes a body to its place.
     *
     * @param from the first byte that was asked for
     * @param restarts whether a server that begins at the first byte instead may
     * @return the byte behind the last
     */
    private long store(HttpResponse<InputStream> answer, long from, long end, boolean restarts)
            throws Cut, IOException {
        long at = begin(answer, from, restarts);
        try (var guard = new Silence(answer.body(), settings.pace().silence())) {
            var buffer = new byte[BUFFER];
            while (at < end) {
                int read = guard.read(buffer, (int) Math.min(buffer.length, end - at));
                if (read < 0) {
                    throw new IOException("the connection ended " + (end - at) + " bytes early");
                }
                write(ByteBuffer.wrap(buffer, 0, read), at);
                at += read;
                listener.bytes(read);
            }
            return at;
        } catch (IOException e) {
            throw new Cut(at, e);
        }
    }

    /** Where the body begins: what was asked for, or the file's first byte where the server does not heed that. */
    private long begin(HttpResponse<InputStream> answer, long from, boolean restarts) throws IOException {
        if (answer.statusCode() != PARTIAL) {
            if (from == 0 && restarts) {
                return 0;
            }
            if (!restarts) {
                answer.body().close();
                throw new RangesIgnored();
            }
            listener.again(place.shown(), from);
            return 0;
        }
        var range = RANGE.matcher(answer.headers().firstValue("Content-Range").orElse(""));
        if (!range.matches() || Long.parseLong(range.group(1)) != from) {
            answer.body().close();
            throw new IOException("the hub gives another range than it was asked for");
        }
        return from;
    }

    private void write(ByteBuffer buffer, long at) {
        try {
            long place = at;
            while (buffer.hasRemaining()) {
                place += bytes.write(buffer, place);
            }
        } catch (IOException e) {
            throw new StorageFault(e);
        }
    }

    /** The file from its first byte to its last, over one connection. */
    void inOneGo() throws InterruptedException {
        bring(0, chunks.end(chunks.count() - 1), at -> OPEN, true);
        for (int i = 0; i < chunks.count(); i++) {
            chunks.done(i);
        }
    }

    /** Stops what still runs. */
    void stop() throws InterruptedException {
        chunks.fail(new IOException("the download was stopped"));
        threads.forEach(Thread::interrupt);
        for (var thread : threads) {
            thread.join();
        }
        threads.clear();
    }
}
