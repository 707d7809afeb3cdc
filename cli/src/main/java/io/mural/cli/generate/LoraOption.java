package io.mural.cli.generate;

import io.mural.cli.hub.HubPath;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads {@code FILE} or {@code FILE:SCALE}, of a file or of one that was pulled. The last colon counts, and only with a
 * number behind it: on Windows names have colons of their own.
 */
public final class LoraOption implements ITypeConverter<LoraOption.Adapter> {
    /** A number with a decimal comma, which would be taken for a part of the file's name. */
    private static final Pattern COMMA = Pattern.compile("(.+:)([-+]?\\d+),(\\d+)");

    private static final Pattern SCALED = Pattern.compile("(.+):([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d{1,3})?)");

    /**
     * @param file a safetensors file
     * @param scale strength, 1 as trained
     */
    public record Adapter(Path file, double scale) {}

    @Override
    public Adapter convert(String text) {
        if (isThere(text)) {
            return new Adapter(HubPath.located(text), 1);
        }
        var match = SCALED.matcher(text);
        if (match.matches()) {
            return new Adapter(HubPath.located(match.group(1)), Double.parseDouble(match.group(2)));
        }
        var comma = COMMA.matcher(text);
        if (comma.matches()) {
            throw new TypeConversionException(
                    "'" + text + "' has a decimal comma; write " + comma.replaceFirst("$1$2.$3"));
        }
        return new Adapter(HubPath.located(text), 1);
    }

    private static boolean isThere(String text) {
        try {
            return Files.exists(Path.of(text));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
