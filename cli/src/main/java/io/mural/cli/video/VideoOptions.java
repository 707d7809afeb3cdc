package io.mural.cli.video;

import io.mural.MuralVideo;
import io.mural.Size;
import io.mural.VideoAttention;
import io.mural.VideoRequest;
import io.mural.cli.console.BadUsage;
import io.mural.cli.generate.LoraOption;
import io.mural.cli.generate.SeedOption;
import io.mural.cli.generate.SizeOption;
import io.mural.cli.hub.HubPath;
import io.mural.engine.device.DeviceChoice;
import io.mural.model.request.VideoDefaults;
import io.mural.model.wan.T3Windows;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say what a clip is made from. */
final class VideoOptions {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|FILE|ORG/NAME",
            converter = HubPath.class,
            description =
                    "A Wan 2.1 text-to-video model: a folder (of diffusers, of the authors, of ComfyUI), or a single"
                            + " safetensors or GGUF file of the transformer.")
    private Path model;

    @Option(
            names = "--base",
            paramLabel = "DIR|ORG/NAME",
            converter = HubPath.class,
            description = "For a single file: the folder that has what the file lacks.")
    private Path base;

    @Option(names = "--text-encoder", paramLabel = "FILE", description = "A file of the umT5 text encoder.")
    private Path textEncoder;

    @Option(names = "--vae", paramLabel = "FILE", description = "A file of the autoencoder.")
    private Path vae;

    @Option(
            names = "--lora",
            paramLabel = "FILE|ORG/NAME[:FILE][:SCALE]",
            converter = LoraOption.class,
            description = "A LoRA for the transformer, at a scale (default 1). May be given several times.")
    private List<LoraOption.Adapter> loras = List.of();

    @Option(
            names = "--negative",
            paramLabel = "TEXT",
            description = "What the clip should not show; wan is the list of Wan's authors. Counts with guidance.")
    private String negative;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            description = "Pixels, multiples of 16. Default: the model's.")
    private Size size;

    @Option(names = "--frames", paramLabel = "N", description = "Four times a number and one. Default: the model's.")
    private Integer frames;

    @Option(names = "--fps", paramLabel = "N", description = "Frames a second in the file. Default: the model's.")
    private Integer fps;

    @Option(names = "--steps", paramLabel = "N", description = "Default: the model's.")
    private Integer steps;

    @Option(
            names = "--guidance",
            paramLabel = "G",
            description = "Strength of classifier-free guidance; 1 is without, in half the time. Default: the model's.")
    private Double guidance;

    @Option(names = "--shift", paramLabel = "S", description = "Shift of the noise levels. Default: the model's.")
    private Double shift;

    @Option(names = "--seed", paramLabel = "N", converter = SeedOption.class, description = "Default: a new one.")
    private Long seed;

    @Option(names = "--solver", paramLabel = "WHICH", description = "unipc or euler. Default: the model's.")
    private String solver;

    @Option(
            names = "--sigmas",
            paramLabel = "WHICH",
            description = "Spacing of the noise levels: diffusers, wan or diffsynth. Default: the model's.")
    private String sigmas;

    @Option(
            names = "--attention",
            paramLabel = "WHICH",
            description = "dense, ultragen or t3. Default: ultragen where the weights have its layers, else dense.")
    private String attention;

    @Option(
            names = "--windows",
            paramLabel = "F,R,C[/...]",
            description = "For t3: windows along frames, rows and columns, a set for each block in turn."
                    + " Default: the authors', for 81 frames of 3840x2176.")
    private String windows;

    @Option(names = "--antialias", description = "For ultragen: smooths token maps that shrink.")
    private boolean antialias;

    @Option(names = "--plan", description = "Prints what the clip will take, and makes nothing.")
    boolean plan;

    @Option(names = "--resume", description = "Goes on where a run of the same clip stopped.")
    boolean resume;

    @Option(
            names = "--preview",
            paramLabel = "PNG",
            description = "Writes the first frame as it is expected to become after every step.")
    Path preview;

    /** Opens the model of the options. */
    MuralVideo open(DeviceChoice device) {
        if (model == null) {
            throw new BadUsage("name a video model with --model");
        }
        var builder = MuralVideo.builder().device(device).attention(attention()).model(model);
        Optional.ofNullable(base).ifPresent(builder::base);
        Optional.ofNullable(textEncoder).ifPresent(builder::textEncoder);
        Optional.ofNullable(vae).ifPresent(builder::vae);
        loras.forEach(lora -> builder.lora(lora.file(), lora.scale()));
        return builder.open();
    }

    private VideoAttention attention() {
        return new VideoAttention(
                Optional.ofNullable(attention).map(VideoAttention.Kind::of),
                Optional.ofNullable(windows).map(T3Windows::of),
                antialias);
    }

    VideoRequest request(String prompt) {
        var request = VideoRequest.of(prompt);
        if (size != null) {
            request.size(size.width(), size.height());
        }
        Optional.ofNullable(negative)
                .map(text -> text.equals("wan") ? VideoDefaults.WAN_NEGATIVE : text)
                .ifPresent(request::negative);
        Optional.ofNullable(frames).ifPresent(request::frames);
        Optional.ofNullable(fps).ifPresent(request::fps);
        Optional.ofNullable(steps).ifPresent(request::steps);
        Optional.ofNullable(seed).ifPresent(request::seed);
        Optional.ofNullable(guidance).ifPresent(request::guidance);
        Optional.ofNullable(shift).ifPresent(request::shift);
        Optional.ofNullable(solver).ifPresent(request::solver);
        Optional.ofNullable(sigmas).ifPresent(request::sigmas);
        return request.build();
    }
}
