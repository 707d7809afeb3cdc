package io.mural.batch;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** A table of rows in a file, by itself: without models, nothing is planned. */
public final class TableFile {
    private TableFile() {}

    /**
     * Reads every row, and once more at its place.
     *
     * @param faults told of rows that cannot be read
     * @return how many rows there are; {@link InputException} when the file is no table
     */
    public static long read(Path file, Consumer<RowFault> faults) throws IOException {
        try (var table = Table.open(file)) {
            var reading = new Reading(table, faults);
            table.scan(reading);
            return reading.rows;
        }
    }

    private static final class Reading implements Table.Visitor {
        private final Table table;
        private final Consumer<RowFault> faults;
        private long rows;

        Reading(Table table, Consumer<RowFault> faults) {
            this.table = table;
            this.faults = faults;
        }

        @Override
        public void row(long number, Table.Place place, Map<String, Object> cells) {
            rows++;
            RowReader.read(number, cells, faults);
            try {
                if (!table.cells(place).equals(cells)) {
                    throw new IllegalStateException("row " + number + " is another one at its place");
                }
            } catch (IOException e) {
                throw new InputException("row " + number + ": cannot be read again: " + e.getMessage(), e);
            }
        }

        @Override
        public void fault(RowFault fault) {
            rows++;
            faults.accept(fault);
        }
    }
}
