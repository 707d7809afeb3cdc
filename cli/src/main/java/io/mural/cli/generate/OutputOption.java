package io.mural.cli.generate;

import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A file or a folder; a slash at the end says that a folder is meant, which is made if it is not there. */
final class OutputOption implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
        try {
            var path = Path.of(text);
            if (text.endsWith("/") || text.endsWith(path.getFileSystem().getSeparator())) {
                Files.createDirectories(path);
            }
            return path;
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + text + "' is no file name: " + e.getReason());
        } catch (IOException e) {
            throw new TypeConversionException("the folder '" + text + "' cannot be made: " + Shown.reason(e));
        }
    }
}
