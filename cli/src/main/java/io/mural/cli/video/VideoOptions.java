package io.mural.cli.video;

import io.mural.cli.console.BadUsage;
import io.mural.model.family.WanSource;
import io.mural.model.request.LoraFile;
import io.mural.model.request.VideoDefaults;
import io.mural.model.request.ClipRequest;
import io.mural.model.sampling.FlowSigmas;
import io.mural.model.sampling.FlowSolver;
import io.mural.model.wan.AttentionPattern;
import io.mural.model.wan.T3Windows;
import io.mural.model.wan.UltraGenAttention;
import io.mural.weights.names.KeyStyles.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options that say what a clip is made from. */
final class VideoOptions {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})[xX](\\d{1,5})");
    private static final Pattern SCALED = Pattern.compile("(.+):([-+]?(?:\\d+\\.?\\d*|\\.\\d+))");

    /** What Wan's authors give as the negative prompt; the quality of the model depends on it. */
    private static final String WAN_NEGATIVE = "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，"
            + "低质量，JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，"
            + "静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走";

    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|FILE",
            description =
                    "A Wan 2.1 text-to-video model: a folder (of diffusers, of the authors, of ComfyUI), or a single"
                            + " safetensors or GGUF file of the transformer.")
    private Path model;

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "For a single file: the folder that has what the file lacks.")
    private Path base;

    @Option(names = "--text-encoder", paramLabel = "FILE", description = "A file of the umT5 text encoder.")
    private Path textEncoder;

    @Option(names = "--vae", paramLabel = "FILE", description = "A file of the autoencoder.")
    private Path vae;

    @Option(
            names = "--lora",
            paramLabel = "FILE[:SCALE]",
            description = "A LoRA for the transformer, at a scale (default 1). May be given several times.")
    private List<String> loras = List.of();

    @Option(
            names = "--negative",
            paramLabel = "TEXT",
            description = "What the clip should not show; wan is the list of Wan's authors. Counts with guidance.")
    private String negative;

    @Option(names = "--size", paramLabel = "WxH", description = "Pixels, multiples of 16. Default: the model's.")
    private String size;

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

    @Option(names = "--seed", paramLabel = "N", description = "Default: a new one.")
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

    WanSource source() {
        if (model == null) {
            throw new BadUsage("name a video model with --model");
        }
        Map<Part, Path> parts = new EnumMap<>(Part.class);
        put(parts, Part.UMT5, textEncoder);
        put(parts, Part.WAN_VAE, vae);
        return new WanSource(model, Optional.ofNullable(base), parts);
    }

    private static void put(Map<Part, Path> parts, Part part, Path file) {
        if (file != null) {
            parts.put(part, file);
        }
    }

    List<LoraFile> loras() {
        List<LoraFile> files = new ArrayList<>();
        for (var lora : loras) {
            var match = SCALED.matcher(lora);
            boolean scaled = match.matches() && !Files.exists(Path.of(lora));
            files.add(new LoraFile(
                    Path.of(scaled ? match.group(1) : lora),
                    scaled ? Double.parseDouble(match.group(2)) : 1,
                    LoraFile.Mode.ADAPTER));
        }
        return files;
    }

    AttentionPattern pattern() {
        if (windows != null && !"t3".equals(attention)) {
            throw new BadUsage("--windows belongs to --attention t3");
        }
        if (antialias && attention != null && !attention.equals("ultragen")) {
            throw new BadUsage("--antialias belongs to --attention ultragen");
        }
        if (attention == null || attention.equals("ultragen")) {
            return UltraGenAttention.pattern(antialias);
        }
        return switch (attention) {
            case "dense" -> AttentionPattern.DENSE;
            case "t3" -> (windows == null ? T3Windows.PUBLISHED : windows()).pattern();
            default -> throw new BadUsage("--attention " + attention + ": choose dense, ultragen or t3");
        };
    }

    private T3Windows windows() {
        var sets = new ArrayList<int[]>();
        for (var set : windows.split("/")) {
            var numbers = set.strip().split(",");
            if (numbers.length != 3 || !set.matches("[\\d, ]{5,20}")) {
                throw new BadUsage("--windows " + windows + ": write three numbers a set, as in 3,1,1/1,4,3");
            }
            sets.add(new int[] {
                Integer.parseInt(numbers[0].strip()),
                Integer.parseInt(numbers[1].strip()),
                Integer.parseInt(numbers[2].strip())
            });
        }
        return new T3Windows(sets);
    }

    /** Refuses a pattern that the weights do not have. */
    void requirePattern(boolean isUltraGen) {
        if ("ultragen".equals(attention) && !isUltraGen) {
            throw new BadUsage("--attention ultragen: the model has none of UltraGen's layers");
        }
    }

    int fps(VideoDefaults defaults) {
        return fps == null ? defaults.fps() : fps;
    }

    /** @param told what was rounded, a line each */
    ClipRequest request(String prompt, VideoDefaults defaults, Consumer<String> told) {
        int width = defaults.width();
        int height = defaults.height();
        if (size != null) {
            var match = SIZE.matcher(size.strip());
            if (!match.matches()) {
                throw new BadUsage("--size " + size + ": write width x height, as in 832x480");
            }
            width = rounded(Integer.parseInt(match.group(1)));
            height = rounded(Integer.parseInt(match.group(2)));
            if (width * height == 0) {
                throw new BadUsage("--size " + size + ": choose at least 16x16");
            }
            if (!size.strip().equalsIgnoreCase(width + "x" + height)) {
                told.accept("--size " + size + ": rounded down to " + width + "x" + height + ", multiples of 16");
            }
        }
        int count = frames == null ? defaults.frames() : frames;
        if (count < 1) {
            throw new BadUsage("--frames " + count + ": choose 1 or more");
        }
        int group = ClipRequest.FRAME_GROUP;
        int whole = (count - 1) / group * group + 1;
        if (whole != count) {
            told.accept("--frames " + count + ": rounded down to " + whole + ", four times a number and one");
        }
        return new ClipRequest(
                prompt,
                negative == null ? defaults.negative() : negative.equals("wan") ? WAN_NEGATIVE : negative,
                guidance == null ? defaults.guidance() : guidance,
                width,
                height,
                whole,
                steps == null ? defaults.steps() : steps,
                seed == null ? new SplittableRandom().nextLong(1L << 32) : seed,
                shift == null ? defaults.shift(width, height) : shift,
                sigmas == null ? defaults.form() : FlowSigmas.Form.of(sigmas),
                solver == null ? defaults.solver() : FlowSolver.Kind.of(solver),
                512,
                defaults.bf16Noise());
    }

    private static int rounded(int pixels) {
        return pixels / ClipRequest.TOKEN_PIXELS * ClipRequest.TOKEN_PIXELS;
    }
}
