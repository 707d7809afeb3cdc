package io.mural.cli.generate;

import io.mural.Input;
import io.mural.Recipe;
import io.mural.Request;
import io.mural.Size;
import io.mural.Vae;
import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Interrupt;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.progress.ProgressMode;
import io.mural.tensor.InputException;
import io.mural.tensor.Precision;
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
    private Size size;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "What the picture shows. Default: the prompt that mural wrote into the picture's file.")
    private String prompt;

    @Mixin
    private DestinationOptions destination;

    @Mixin
    private ModelOptions modelOptions;

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps of a level. Default: the model's own.")
    private Integer steps;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = SeedOption.class,
            description = "Where the noise comes from. Default: a random one.")
    private Long seed;

    @Option(
            names = "--vae",
            paramLabel = "HOW",
            description = "whole, tiled, exact or auto, as in mural generate. Default: auto.")
    private Vae vae;

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
        var words = Prompts.require(prompt != null ? prompt : promptOf(picture));
        var builder = Request.of(words).size(size.width(), size.height()).enlarge(Input.of(picture));
        PictureOptions.given(steps, builder::steps);
        PictureOptions.given(seed, builder::seed);
        PictureOptions.given(vae, builder::vae);
        hierarchyOptions.tell(builder);
        var device = deviceOptions.choose(Precision.USUAL);
        try (var report = progress.open(spec.commandLine().getErr());
                var mural = modelOptions.open(Optional.empty(), device)) {
            interrupt.onAbandon(report::close);
            new Pictures(
                            mural,
                            hierarchyOptions,
                            report,
                            destination,
                            spec)
                    .make(List.of(builder.build().seeded()), destination.output());
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
