package io.mural.cli.hub;

import io.mural.engine.hub.HubCache;
import io.mural.engine.hub.HubSettings;
import io.mural.tensor.InputException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A path that may also be the name of a pulled model, {@code ORG/NAME[@REVISION][:FILE]}; the network is not touched. */
public final class HubPath implements ITypeConverter<Path> {
    /** The settings of this process. */
    public static HubSettings settings() {
        return HubSettings.of(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /** Where this user's models are. */
    public static HubCache cache() {
        return settings().files();
    }

    /** As {@link #convert}, for options that hold more than a path. */
    public static Path located(String text) {
        try {
            return cache().located(text);
        } catch (InputException e) {
            throw new TypeConversionException(e.getMessage());
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + text + "' is no file name: " + e.getReason());
        }
    }

    @Override
    public Path convert(String text) {
        return located(text);
    }
}
