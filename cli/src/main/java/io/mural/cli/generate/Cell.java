package io.mural.cli.generate;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A picture's place on a contact sheet, from 1,1 on. */
record Cell(int column, int row) {
    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,3}),([1-9]\\d{0,3})");

    /** Reads {@code COLUMN,ROW}. */
    static final class Converter implements ITypeConverter<Cell> {
        @Override
        public Cell convert(String text) {
            var parts = FORM.matcher(text);
            if (!parts.matches()) {
                throw new TypeConversionException("'" + text + "' is no place; write COLUMN,ROW, as in 2,1");
            }
            return new Cell(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
        }
    }
}
