package io.mural.batch;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a batch is.
 *
 * @param out folder of the results
 * @param skipBadRows whether rows that cannot be made are left out, as failed ones, instead of refusing the table
 * @param devices where pictures are made, one at a time on each
 * @param embedded the folder of the embedded model
 */
public record BatchOptions(
        Path table,
        Path out,
        Catalog catalog,
        Shard shard,
        boolean skipBadRows,
        List<String> devices,
        Optional<Path> embedded) {
    public BatchOptions {
        devices = List.copyOf(devices);
    }
}
