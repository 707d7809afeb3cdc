package io.mural.cli.generate;

import io.mural.NoiseDtype;
import io.mural.Request;
import io.mural.Vae;
import picocli.CommandLine.Option;

/** The options that say how a picture is denoised; null where the user says nothing. */
final class SamplingOptions {
    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps. Default: the model's own.")
    private Integer steps;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = SeedOption.class,
            description = "Where the noise comes from; the same seed gives the same picture. Default: a random one.")
    private Long seed;

    @Option(
            names = "--guidance",
            paramLabel = "G",
            description = "Distilled guidance scale, for models that take one (FLUX.1-dev).")
    private Double guidance;

    @Option(
            names = "--negative",
            paramLabel = "TEXT",
            description = "What classifier-free guidance steers away from. Default: the model's own, mostly nothing.")
    private String negative;

    @Option(
            names = "--true-cfg",
            paramLabel = "C",
            description = "Classifier-free guidance scale; 1 is none, any other doubles the work of a step.")
    private Double trueCfg;

    @Option(
            names = "--text-tokens",
            paramLabel = "N",
            description = "Length of the text. Default: the model's own, and best left so.")
    private Integer textTokens;

    @Option(
            names = "--vae",
            paramLabel = "HOW",
            description = "whole: the autoencoder sees the picture at once. tiled: in overlapping tiles, with less"
                    + " memory. exact: as whole, from top to bottom, with less memory and more time. auto: whole if it"
                    + " fits (default).")
    private Vae vae;

    @Option(
            names = "--noise-dtype",
            paramLabel = "TYPE",
            description = "Format the noise is drawn in: f32, f16 or bf16. Default: that of the transformer's file, as"
                    + " diffusers does.")
    private NoiseDtype noiseDtype;

    /** Sets what the user says. */
    void tell(Request.Builder request) {
        PictureOptions.given(steps, request::steps);
        PictureOptions.given(seed, request::seed);
        PictureOptions.given(guidance, request::guidance);
        PictureOptions.given(negative, request::negative);
        PictureOptions.given(trueCfg, request::trueCfg);
        PictureOptions.given(textTokens, request::textTokens);
        PictureOptions.given(vae, request::vae);
        PictureOptions.given(noiseDtype, request::noise);
    }
}
