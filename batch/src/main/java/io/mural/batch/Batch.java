package io.mural.batch;

import io.mural.batch.Kinds.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** What the workers of a batch share. */
record Batch(
        Table table,
        Queue queue,
        Kinds kinds,
        Catalog catalog,
        Studio studio,
        Folder folder,
        Identities identities,
        Shard shard,
        String host,
        long start) {
    private static final double NANOS = 1e9;

    Row row(int row) throws IOException {
        return RowReader.read(queue.number(row), Census.DIGITS, table.cells(queue.place(row)), fault -> {})
                .orElseThrow(() -> new IOException(
                        "row " + queue.number(row) + " has changed since the table was checked; run the batch again"));
    }

    /** @param executor who works, for the table */
    Means means(String executor) {
        return new Means(catalog, folder, identities, host, executor, this::seconds);
    }

    Kind kind(int row) {
        return kinds.get(queue.kind(row));
    }

    /** Since the batch began. */
    double seconds() {
        return (System.nanoTime() - start) / NANOS;
    }

    static String thisHost() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost"; // a machine without a name of its own
        }
    }
}
