package io.mural.cli.generate;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say where pictures go, and in what quality. */
final class DestinationOptions {
    @Option(
            names = {"-o", "--output"},
            converter = OutputOption.class,
            paramLabel = "FILE",
            description = "Where to write, a PNG or JPEG file (replaced if it is there), a folder, or - for a PNG on"
                    + " stdout. Default: a new PNG file named after the prompt and the seed.")
    private Path output;

    @Option(names = "--quality", paramLabel = "1-100", description = "Quality of JPEG pictures. Default: 90.")
    private Integer quality;

    Optional<Path> output() {
        return Optional.ofNullable(output);
    }

    /** Of JPEG pictures; null where it is not set. */
    Integer quality() {
        return quality;
    }
}
