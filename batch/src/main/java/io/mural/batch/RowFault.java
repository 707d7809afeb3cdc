package io.mural.batch;

import java.util.Optional;

/**
 * What is wrong with a row of the table.
 *
 * @param row its number; the first row is 1
 * @param column whose value is at fault, where one is
 */
public record RowFault(long row, Optional<String> column, String message) {
    /** The line that names row, column and fault. */
    public String line() {
        return "row " + row + column.map(name -> ", column " + name).orElse("") + ": " + message;
    }
}
