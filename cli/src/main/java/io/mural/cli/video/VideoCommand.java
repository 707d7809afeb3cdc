package io.mural.cli.video;

import io.mural.MuralVideo;
import io.mural.Progress;
import io.mural.VideoRequest;
import io.mural.VideoSink;
import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Interrupt;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.progress.ProgressMode;
import io.mural.cli.progress.Report;
import io.mural.model.image.PngFile;
import io.mural.tensor.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural video}: clips from prompts. */
@Command(
        name = "video",
        sortOptions = false,
        customSynopsis = "mural video --model DIR|FILE [OPTIONS] PROMPT",
        description = {
            "Makes a clip from a prompt with a Wan 2.1 text-to-video model, or UltraGen's or T3-Video's of it.",
            "The path of the clip goes to stdout, everything else to stderr."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural video --model Wan2.1-T2V-1.3B-Diffusers \"a cat walks through a meadow\" --plan",
            "  mural video --model Wan2.1-T2V-1.3B-Diffusers \"a cat walks through a meadow\" --frames 33 -o cat.mp4",
            "  mural video --model Wan2.1-T2V-1.3B-Diffusers \"waves\" --lora four-steps.safetensors --steps 4"
                    + " --guidance 1",
            "  mural video --model Wan2.1-T2V-1.3B-Diffusers \"waves\" -o - | ffmpeg -i - waves.mp4"
        })
public final class VideoCommand implements Runnable {
    private static final Path STREAM = Path.of("-");
    private static final int MOST_NAMES = 10_000;

    private final Interrupt interrupt;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PROMPT", arity = "0..*", hideParamSyntax = true, description = "What to show, in quotes.")
    private List<String> words = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write: a name in .mp4, .png (animated), .gif or .y4m, a name with a number such as"
                    + " frame-%%04d.png, or a folder for the frames; - is stdout in YUV4MPEG2."
                    + " Default: a new .mp4 named after the prompt and the seed.")
    private Path output;

    @Mixin
    private VideoOptions options;

    @Mixin
    private DeviceOptions deviceOptions;

    @Option(
            names = "--progress",
            paramLabel = "HOW",
            description = "auto (a bar on terminals, lines elsewhere), plain (lines), json (an object a line) or none."
                    + " Default: auto.")
    private ProgressMode progress = ProgressMode.AUTO;

    public VideoCommand(Interrupt interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    public void run() {
        var prompt = String.join(" ", words).strip();
        if (prompt.isEmpty()) {
            throw new BadUsage("the prompt is missing; say what the clip should show, in quotes");
        }
        var device = deviceOptions.choose(Precision.F32);
        var request = options.request(prompt);
        try (var report = progress.open(spec.commandLine().getErr());
                var video = options.open(device)) {
            interrupt.onAbandon(report::close);
            if (options.plan) {
                video.plan(request, report)
                        .allLines()
                        .forEach(spec.commandLine().getOut()::println);
                return;
            }
            make(video, request, report);
        }
    }

    private void make(MuralVideo video, VideoRequest asked, Report report) {
        if (STREAM.equals(output)) {
            video.generate(asked, VideoSink.stream(System.out), shown(report));
            return;
        }
        var request = output == null ? asked.seeded() : asked;
        var place = output == null ? named(request) : output;
        var file = VideoSink.file(place);
        video.generate(request, options.resume ? file.resume() : file, shown(report));
        spec.commandLine().getOut().println(place);
    }

    /** Writes previews where the options ask for them. */
    private Consumer<Progress> shown(Report report) {
        return event -> {
            if (event instanceof Progress.Preview preview && options.preview != null) {
                PngFile.write(options.preview, preview.image().get(), Map.of());
            }
            report.accept(event);
        };
    }

    private static Path named(VideoRequest request) {
        var words = request.prompt().toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-");
        var name = words.substring(0, Math.min(40, words.length())).replaceAll("^-|-$", "");
        var seed = Long.toUnsignedString(request.seed().orElseThrow());
        for (int number = 0; number < MOST_NAMES; number++) {
            var file = Path.of(name + "-" + seed + (number == 0 ? "" : "-" + number) + ".mp4");
            if (!Files.exists(file)) {
                return file;
            }
        }
        throw new BadUsage("no free name is left for the clip; name it with --output");
    }
}
