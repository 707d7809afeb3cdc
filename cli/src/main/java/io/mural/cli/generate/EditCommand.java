package io.mural.cli.generate;

import io.mural.Input;
import io.mural.Request;
import io.mural.Size;
import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Interrupt;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.progress.ProgressMode;
import io.mural.model.edit.Region;
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

/** {@code mural edit}: changes a picture in the way that the model and the mask leave. */
@Command(
        name = "edit",
        sortOptions = false,
        description = {
            "Changes a picture, or a part of it, and says in which way.",
            "The path of the picture goes to stdout, everything else to stderr."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural edit sunset.png --prompt \"a green meadow\" --region 0,150,256x106",
            "  mural edit photo.png --prompt \"a red door\" --mask door.png -o red.png",
            "  mural edit photo.png --prompt \"the same street\" --extend left=128,right=128",
            "  mural edit photo.png --prompt \"make it snow\" --model FLUX.2-klein-4B"
        })
public final class EditCommand implements Runnable {
    private final Interrupt interrupt;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PICTURE", description = "The PNG or JPEG picture to change.")
    private Path picture;

    @Option(names = "--prompt", paramLabel = "TEXT", required = true, description = "What the changed part shows.")
    private String prompt;

    @Option(
            names = "--region",
            paramLabel = "X,Y,WxH",
            description = "The rectangle to paint anew: its upper left corner and its size in pixels.")
    private String region;

    @Mixin
    private EditOptions editOptions;

    @Mixin
    private DestinationOptions destination;

    @Mixin
    private ModelOptions modelOptions;

    @Option(
            names = "--reference",
            paramLabel = "FILE",
            description = "A further picture to look at, for models that do. May be given several times.")
    private List<Path> references;

    @Option(
            names = "--strength",
            paramLabel = "S",
            description = "How far to leave the picture: near 0 keeps it, 1 ignores it. Default: 1 for a part, 0.6 for"
                    + " the whole.")
    private Double strength;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            description = "Pixels of the new picture, where the whole is changed. Default: as the picture.")
    private Size size;

    @Mixin
    private SamplingOptions samplingOptions;

    @Mixin
    private HierarchyOptions hierarchyOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Option(
            names = "--progress",
            paramLabel = "HOW",
            description = "auto, plain, json or none, as in mural generate. Default: auto.")
    private ProgressMode progress = ProgressMode.AUTO;

    public EditCommand(Interrupt interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    public void run() {
        if (hierarchyOptions.resume || hierarchyOptions.keepStages) {
            throw new BadUsage("--resume and --keep-stages are for mural generate and mural upscale");
        }
        var request = request();
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
                    .make(List.of(request), destination.output());
        }
    }

    private Request request() {
        var builder = Request.of(Prompts.require(prompt)).change(Input.of(picture));
        PictureOptions.given(region, text -> builder.region(Region.of(text)));
        editOptions.tell(builder);
        PictureOptions.given(references, files -> files.forEach(builder::reference));
        PictureOptions.given(strength, builder::strength);
        PictureOptions.given(size, pixels -> builder.size(pixels.width(), pixels.height()));
        samplingOptions.tell(builder);
        hierarchyOptions.tell(builder);
        return builder.build().seeded();
    }
}
