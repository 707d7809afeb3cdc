package io.mural.cli.generate;

import io.mural.Format;
import io.mural.cli.console.BadUsage;
import io.mural.model.image.JpegFile;
import io.mural.model.image.PngFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that say where pictures go, and in what quality. */
final class DestinationOptions {
    private static final Pattern JPEG = Pattern.compile("\\.jpe?g$", Pattern.CASE_INSENSITIVE);
    private static final int USUAL_QUALITY = 90;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = {"-o", "--output"},
            converter = OutputOption.class,
            paramLabel = "FILE",
            description = "Where to write, a PNG or JPEG file (replaced if it is there), a folder, or - for a PNG on"
                    + " stdout. Default: a new PNG file named after the prompt and the seed.")
    private Path output;

    @Option(names = "--quality", paramLabel = "1-100", description = "Quality of JPEG pictures. Default: 90.")
    private Integer quality;

    @Option(
            names = "--depth",
            paramLabel = "8|16",
            description = "Bits a channel of PNG pictures; 16 keeps the decoder's values. Default: 8, with --from those of"
                    + " the picture.")
    private Integer depth;

    private int depthBefore = Byte.SIZE;

    Optional<Path> output() {
        return Optional.ofNullable(output);
    }

    /** A picture that is repeated is as deep as it was. */
    void repeat(Path picture) {
        depthBefore = JpegFile.isOne(picture)
                ? Byte.SIZE
                : Math.min(PngFile.contents(picture).bits(), Short.SIZE);
    }

    /** Refuses numbers that make no sense. */
    void check() {
        if (quality != null && (quality < 1 || quality > Format.MOST_QUALITY)) {
            throw new BadUsage("--quality " + quality + ": choose 1 to " + Format.MOST_QUALITY);
        }
        if (depth != null && depth != Byte.SIZE && depth != Short.SIZE) {
            throw new BadUsage("--depth " + depth + ": choose 8 or 16");
        }
    }

    /** By the ending of the name. What stands in the configuration holds where it has an effect. */
    Format format(Path place) {
        if (!JPEG.matcher(place.toString()).find()) {
            if (isTyped("--quality")) {
                throw new BadUsage(
                        "--quality is for JPEG pictures; " + place + " will be a PNG picture, name it .jpg");
            }
            return png();
        }
        if (isTyped("--depth") && depth > Byte.SIZE) {
            throw new BadUsage("--depth is for PNG pictures; " + place + " will be a JPEG picture, name it .png");
        }
        return Format.jpeg(quality == null ? USUAL_QUALITY : quality);
    }

    /** Refuses what a contact sheet cannot be. */
    void requireSheet() {
        var name = output == null ? "" : output.toString();
        if (name.equals("-") || JPEG.matcher(name).find() || isTyped("--quality") || isTyped("--depth")) {
            throw new BadUsage("--grid writes a PNG file of 8 bits; name it with -o, and leave --quality and --depth out");
        }
    }

    Format png() {
        return Format.png(depth == null ? depthBefore : depth);
    }

    /** Whether an option stands on the command line. */
    boolean isTyped(String option) {
        return command.commandLine().getParseResult().hasMatchedOption(option);
    }
}
