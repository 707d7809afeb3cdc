package io.mural.cli.generate;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads {@code FILE} or {@code FILE:SCALE}. The last colon counts, and only with a number behind it: on Windows names
 * have colons of their own.
 */
public final class LoraOption implements ITypeConverter<LoraOption.Adapter> {
    private static final Pattern SCALED = Pattern.compile("(.+):([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d{1,3})?)");

    /**
     * @param file a safetensors file
     * @param scale strength, 1 as trained
     */
    public record Adapter(Path file, double scale) {}

    @Override
    public Adapter convert(String text) {
        var match = SCALED.matcher(text);
        if (match.matches() && !Files.exists(path(text))) {
            return new Adapter(path(match.group(1)), Double.parseDouble(match.group(2)));
        }
        return new Adapter(path(text), 1);
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + text + "' is no file name: " + e.getReason());
        }
    }
}
