package io.mural.cli.generate;

import io.mural.Input;
import io.mural.Request;
import io.mural.model.edit.Margins;
import io.mural.model.request.Editing;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that say how a picture is changed, of {@code generate} and {@code edit}; null where the user says nothing. */
final class EditOptions {
    /** How latents are taken of a picture. */
    enum Posterior {
        /** Drawn by the seed. */
        SAMPLE,
        /** The mean. */
        MEAN
    }

    /** When references' keys and values are made. */
    enum References {
        /** In every step. */
        RECOMPUTED,
        /** Once. */
        CACHED
    }

    @Option(
            names = "--mask",
            paramLabel = "FILE",
            description = "Of the picture it starts from, what is white in this one is painted anew; black is kept.")
    Path mask;

    @Option(
            names = "--extend",
            paramLabel = "SIDES",
            description = "Room around the picture it starts from, which is painted: left=512,top=64 or all=128.")
    String extend;

    @Option(
            names = "--feather",
            paramLabel = "N",
            description = "Pixels over which the painted part fades in, from the border of the mask inwards."
                    + " Default: 16.")
    Integer feather;

    @Option(
            names = "--control",
            paramLabel = "FILE",
            description = "A picture of edges or depths to follow, for FLUX.1 Canny and Depth.")
    Path control;

    @Option(
            names = "--canny",
            paramLabel = "FILE",
            description = "A picture whose edges are found and followed, for FLUX.1 Canny.")
    Path canny;

    @Option(
            names = "--posterior",
            paramLabel = "HOW",
            description = "Which latents a picture starts from: sample (drawn by the seed, as diffusers does it for"
                    + " FLUX.1; default) or mean.")
    Posterior posterior;

    @Option(
            names = "--references",
            paramLabel = "WHEN",
            description = "recomputed: in every step, as published (default). cached: once, which saves work and gives"
                    + " another picture; FLUX.2 only.")
    References references;

    /** Sets what the user says. */
    void tell(Request.Builder request) {
        PictureOptions.given(mask, file -> request.mask(Input.of(file)));
        PictureOptions.given(extend, sides -> request.extend(Margins.of(sides)));
        PictureOptions.given(feather, request::feather);
        PictureOptions.given(control, file -> request.control(Input.of(file)));
        PictureOptions.given(canny, file -> request.canny(Input.of(file)));
        PictureOptions.given(
                posterior,
                how -> request.posterior(
                        switch (how) {
                            case SAMPLE -> Editing.Start.DRAWN;
                            case MEAN -> Editing.Start.MEAN;
                        }));
        PictureOptions.given(
                references,
                when -> request.references(
                        switch (when) {
                            case RECOMPUTED -> Editing.References.EACH_STEP;
                            case CACHED -> Editing.References.ONCE;
                        }));
    }
}
