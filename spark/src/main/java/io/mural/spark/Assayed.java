package io.mural.spark;

import io.mural.batch.PictureMaker.Assay;
import io.mural.batch.Row;
import io.mural.batch.RowFault;
import io.mural.batch.RowReader;
import java.io.Serializable;

/**
 * A row that was checked and planned.
 *
 * @param fault what is wrong with it; null if nothing is
 * @param pictures that it asks for; 1 where it is at fault
 * @param print of its id; 0 where it is at fault
 * @param cost what a picture takes
 */
record Assayed(Numbered row, Fault fault, int pictures, long print, Cost cost) implements Serializable {
    private static final Cost NOTHING = new Cost("", 0, 0, 0, 0);

    /** As {@link RowFault}, which stays in its process. */
    record Fault(String column, String message) implements Serializable {
        RowFault of(long row) {
            return new RowFault(row, java.util.Optional.ofNullable(column), message);
        }
    }

    /**
     * What a picture takes.
     *
     * @param setup the model with its LoRAs
     */
    record Cost(String setup, double flops, double seconds, long bytes, long memory) implements Serializable {}

    static Assayed sound(Numbered row, Row read, Assay assay) {
        return new Assayed(
                row,
                null,
                read.count(),
                RowReader.print(read.id()),
                new Cost(assay.setup(), assay.flops(), assay.seconds(), assay.rawBytes(), assay.memoryBytes()));
    }

    static Assayed faulty(Numbered row, RowFault fault) {
        return new Assayed(row, new Fault(fault.column().orElse(null), fault.message()), 1, 0, NOTHING);
    }

    /** What pictures have in common that are alike to a scheduler. */
    record Kind(String setup, double flops) implements Serializable {}

    Kind kind() {
        return new Kind(cost.setup(), cost.flops());
    }
}
