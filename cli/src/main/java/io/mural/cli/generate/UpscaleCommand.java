package io.mural.cli.generate;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Interrupt;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.progress.ProgressMode;
import io.mural.model.family.PictureModel;
import io.mural.model.image.ImageFile;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural upscale}: a picture of the user's own stands in for the small one and guides a large one. */
@Command(
        name = "upscale",
        sortOptions = false,
        description = {
            "Makes a large picture of a small one, with new detail.",
            "The path of the picture goes to stdout, everything else to stderr."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural upscale photo.png --size 1024x768 --prompt \"a lake at dusk\"",
            "  mural upscale sea.png --size 1024x1024 -o sea-large.png --upsampler pixel"
        })
public final class UpscaleCommand implements Runnable {
    /** How much the proportions of the two pictures may differ: sizes are multiples of 16. */
    private static final double MOST_STRETCH = 1.1;

    private final Interrupt interrupt;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PICTURE", description = "The PNG or JPEG picture to enlarge.")
    private Path picture;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            required = true,
            converter = SizeOption.class,
            description = "Pixels of the large picture, multiples of 16; one number for a square.")
    private SizeOption.Size size;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "What the picture shows. Default: the prompt that mural wrote into the picture's file.")
    private String prompt;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write, a PNG file (replaced if it is there) or a folder. Default: a new file named"
                    + " after the prompt and the seed.")
    private Path output;

    @Mixin
    private ModelOptions modelOptions;

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps of a level. Default: the model's own.")
    private Integer steps;

    @Option(names = "--seed", paramLabel = "S", description = "Where the noise comes from. Default: drawn by lot.")
    private Long seed;

    @Option(
            names = "--vae",
            paramLabel = "HOW",
            description = "whole, tiled, exact or auto, as in mural generate. Default: auto.")
    private PictureOptions.Vae vae;

    @Mixin
    private HierarchyOptions hierarchyOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Option(
            names = "--progress",
            paramLabel = "HOW",
            description = "auto, plain, json or none, as in mural generate. Default: auto.")
    private ProgressMode progress = ProgressMode.AUTO;

    public UpscaleCommand(Interrupt interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    public void run() {
        if (hierarchyOptions.noHierarchy) {
            throw new BadUsage("--no-hierarchy: a picture is enlarged by the hierarchical method only");
        }
        var start = ImageFile.read(picture);
        requireProportions(start);
        var words = Prompts.require(prompt != null ? prompt : promptOf(picture));
        var place = modelOptions.model(Optional.empty());
        var loras = modelOptions.loras(Optional.empty());
        var device = deviceOptions.choose();
        try (var report = progress.open(spec.commandLine().getErr());
                var model = PictureModel.open(place.place(), place.base(), loras)) {
            interrupt.onAbandon(report::close);
            // A picture that keeps all of itself: strength 0.
            var init = InitImage.of(picture, 0);
            var settings = new Settings(
                    options(),
                    hierarchyOptions,
                    Optional.empty(),
                    model,
                    place,
                    loras,
                    Optional.of(init),
                    Optional.of(start),
                    new References(List.of(), List.of()),
                    device);
            var jobs = List.of(new Batch.Job(words, settings.seed()));
            new Batch(settings, device, report, spec.commandLine().getOut(), Verbose.in(spec))
                    .make(jobs, Optional.ofNullable(output));
        }
    }

    private PictureOptions options() {
        var options = new PictureOptions();
        options.size = size;
        options.steps = steps;
        options.seed = seed;
        options.vae = vae;
        return options;
    }

    private void requireProportions(RgbImage start) {
        double stretch = (double) size.width() / size.height() * start.height() / start.width();
        if (stretch > MOST_STRETCH || stretch < 1 / MOST_STRETCH) {
            throw new BadUsage("--size " + size + " has other proportions than " + picture + ", " + start.width() + "x"
                    + start.height() + "; crop the picture first, or choose a size of its shape");
        }
    }

    private static String promptOf(Path picture) {
        try {
            return Recipe.read(picture).prompt();
        } catch (InputException e) {
            throw new BadUsage("say with --prompt what " + picture + " shows: its file does not tell", e);
        }
    }
}
