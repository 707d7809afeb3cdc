package io.mural.spark;

import io.mural.batch.Row;
import io.mural.batch.RowFault;
import io.mural.batch.RowReader;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A row of the table.
 *
 * @param number the first is 1
 * @param values in the order of the table's columns
 * @param fault why the row cannot be read; null where it can
 */
record Numbered(long number, Object[] values, String fault) implements Serializable {
    /** The row, unless something is wrong with it, which {@code faults} is told. */
    Optional<Row> read(List<String> columns, Consumer<RowFault> faults) {
        if (fault != null) {
            faults.accept(new RowFault(number, Optional.empty(), fault));
            return Optional.empty();
        }
        return RowReader.read(number, Cells.of(columns, values), faults);
    }
}
