package io.mural.cli;

import io.mural.cli.console.BadUsage;
import io.mural.model.image.TilePyramid;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural tiles}: a picture as a pyramid of tiles, for deep zoom on any web page. */
@Command(
        name = "tiles",
        sortOptions = false,
        description = {
            "Cuts a picture into a Deep Zoom pyramid: NAME.dzi and the folder NAME_files, which a web page can show.",
            "A PNG picture is read row by row, so it may be larger than memory. The path of the .dzi file goes to stdout."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  mural tiles sea.png", "  mural tiles sea.png -o site/sea.dzi"})
final class TilesCommand implements Runnable {
    private static final String ENDING = ".dzi";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PICTURE", description = "A PNG or JPEG picture.")
    private Path picture;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The .dzi file to write; the tiles go to a folder beside it. What stands there is replaced."
                    + " Default: beside the picture, under its name.")
    private Path output;

    @Override
    public void run() {
        if (output != null && !output.toString().endsWith(ENDING)) {
            throw new BadUsage("-o " + output + ": name a file ending in " + ENDING);
        }
        var description = output != null ? output : beside(picture);
        TilePyramid.cut(picture, description);
        spec.commandLine().getOut().println(description);
    }

    private static Path beside(Path picture) {
        var file = picture.getFileName();
        if (file == null) {
            throw new BadUsage(picture + ": is a folder; name a picture");
        }
        var name = file.toString();
        int dot = name.lastIndexOf('.');
        return picture.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ENDING);
    }
}
