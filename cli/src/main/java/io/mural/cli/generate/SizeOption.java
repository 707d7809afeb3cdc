package io.mural.cli.generate;

import io.mural.Size;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 512x768}, or {@code 512} for a square. */
final class SizeOption implements ITypeConverter<Size> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(?:[xX\u00d7](\\d{1,6}))?");

    @Override
    public Size convert(String text) {
        var match = FORM.matcher(text.strip());
        if (!match.matches()) {
            throw new TypeConversionException("'" + text + "' is no size; write width x height, as in 512x768");
        }
        int width = Integer.parseInt(match.group(1));
        return new Size(width, match.group(2) == null ? width : Integer.parseInt(match.group(2)));
    }
}
