package io.mural.cli.generate;

import io.mural.Request;
import io.mural.Size;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private EditOptions editing;

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

    /** Sets what the user says. */
    void tell(Request.Builder request) {
        given(size, pixels -> request.size(pixels.width(), pixels.height()));
        given(initImage, request::start);
        given(strength, request::strength);
        given(references, files -> files.forEach(request::reference));
        sampling.tell(request);
        editing.tell(request);
    }

    /** Hands over the value of an option that was given. */
    static <T> void given(T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }
}
