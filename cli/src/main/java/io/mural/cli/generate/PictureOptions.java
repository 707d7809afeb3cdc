package io.mural.cli.generate;

import io.mural.NoiseDtype;
import io.mural.Request;
import io.mural.Size;
import io.mural.Vae;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** The options that say how a picture is made; null where the user says nothing. */
final class PictureOptions {
    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            description = "Pixels, multiples of 16; one number for a square. Default: the model's own size, or that of"
                    + " --init-image.")
    Size size;

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps. Default: the model's own.")
    Integer steps;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = SeedOption.class,
            description = "Where the noise comes from; the same seed gives the same picture. Default: a random one.")
    Long seed;

    @Option(
            names = "--guidance",
            paramLabel = "G",
            description = "Distilled guidance scale, for models that take one (FLUX.1-dev).")
    Double guidance;

    @Option(
            names = "--negative",
            paramLabel = "TEXT",
            description = "What classifier-free guidance steers away from. Default: the model's own, mostly nothing.")
    String negative;

    @Option(
            names = "--true-cfg",
            paramLabel = "C",
            description = "Classifier-free guidance scale; 1 is none, any other doubles the work of a step.")
    Double trueCfg;

    @Option(
            names = "--init-image",
            paramLabel = "FILE",
            description = "Image to image: the PNG or JPEG picture to start from.")
    Path initImage;

    @Option(
            names = "--reference",
            paramLabel = "FILE",
            description = "A PNG or JPEG picture to make this one after, for FLUX.2. May be given several times.")
    List<Path> references;

    @Option(
            names = "--strength",
            paramLabel = "S",
            description = "How far to leave the picture of --init-image: near 0 keeps it, 1 ignores it. Default: 0.6.")
    Double strength;

    @Option(
            names = "--text-tokens",
            paramLabel = "N",
            description = "Length of the text. Default: the model's own, and best left so.")
    Integer textTokens;

    @Option(
            names = "--vae",
            paramLabel = "HOW",
            description = "whole: the autoencoder sees the picture at once. tiled: in overlapping tiles, with less"
                    + " memory. exact: as whole, from top to bottom, with less memory and more time. auto: whole if it"
                    + " fits (default).")
    Vae vae;

    @Option(
            names = "--noise-dtype",
            paramLabel = "TYPE",
            description = "Format the noise is drawn in: f32, f16 or bf16. Default: that of the transformer's file, as"
                    + " diffusers does.")
    NoiseDtype noiseDtype;

    /** Sets what the user says. */
    void tell(Request.Builder request) {
        given(size, pixels -> request.size(pixels.width(), pixels.height()));
        given(steps, request::steps);
        given(seed, request::seed);
        given(guidance, request::guidance);
        given(negative, request::negative);
        given(trueCfg, request::trueCfg);
        given(initImage, request::start);
        given(strength, request::strength);
        given(references, files -> files.forEach(request::reference));
        given(textTokens, request::textTokens);
        given(vae, request::vae);
        given(noiseDtype, request::noise);
    }

    /** Hands over the value of an option that was given. */
    static <T> void given(T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }
}
