package io.mural.bench.fuzz;

import java.util.Locale;

/** What came of a target's inputs. */
final class Tally {
    private long read;
    private long refused;
    private long faults;
    private long mostBytes;
    private long mostNanos;

    void read() {
        read++;
    }

    void refused() {
        refused++;
    }

    void fault() {
        faults++;
    }

    void took(long bytes, long nanos) {
        mostBytes = Math.max(mostBytes, bytes);
        mostNanos = Math.max(mostNanos, nanos);
    }

    void add(Tally other) {
        read += other.read;
        refused += other.refused;
        faults += other.faults;
        took(other.mostBytes, other.mostNanos);
    }

    long executions() {
        return read + refused + faults;
    }

    long faults() {
        return faults;
    }

    /** Most bytes that one input made the heap allocate. */
    long mostBytes() {
        return mostBytes;
    }

    /** A line of a Markdown table. */
    String line(String name) {
        return String.format(
                Locale.ROOT,
                "| %s | %,d | %,d | %,d | %d | %.1f MiB | %.2f s |",
                name,
                executions(),
                read,
                refused,
                faults,
                mostBytes / (double) (1 << 20),
                mostNanos / 1e9);
    }
}
