package io.mural.model.pipeline;

import io.mural.model.edit.LatentMask;
import io.mural.model.edit.Mask;
import io.mural.model.edit.MaskedPicture;
import io.mural.model.family.PictureModel;
import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Beginning.Kept;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.model.request.Conditions;
import io.mural.model.request.Editing.Start;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.Reference;
import io.mural.model.request.Tool;
import io.mural.model.sampling.Latents;
import io.mural.model.sampling.TorchRandom;
import io.mural.model.vae.PixelRows;
import io.mural.model.vae.VaeExtent;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Everything before the first step. Random numbers are drawn in the order of diffusers' pipelines, from one generator:
 * latents of the control picture, latents of the picture it starts from, the noise, latents of the masked picture.
 */
final class Preparation {
    private final PictureModel model;
    private final Function<Progress, Ops> open;
    private final GenerationRequest request;
    private final VaeWay vae;
    private final Progress progress;
    private final TorchRandom random;
    private final DType dtype;

    /** @param open opens the operations of a stage */
    Preparation(
            PictureModel model,
            Function<Progress, Ops> open,
            GenerationRequest request,
            VaeExtent extent,
            Progress progress) {
        this.model = model;
        this.open = open;
        this.request = request;
        this.vae = VaeWay.of(extent);
        this.progress = progress;
        random = new TorchRandom(request.sampling().seed());
        dtype = request.sampling().noiseDtype().orElse(model.noiseDtype());
    }

    /** @param sigma noise level of the first step */
    Beginning beginning(float sigma) {
        requireInputs();
        var control = request.inputs().editing().control().map(picture -> drawn(sized(picture), Start.DRAWN));
        var mask = request.inputs()
                .editing()
                .mask()
                .map(given -> given.resized(
                        request.grid().pixelWidth(), request.grid().pixelHeight()));
        var clean = request.inputs()
                .init()
                .map(init ->
                        drawn(sized(init.image()), request.inputs().editing().start()));
        var noise = model.noise(random, dtype, request.grid());
        var start = clean.map(picture -> Latents.noised(picture, noise, sigma)).orElse(noise);
        var channels = switch (model.tool()) {
            case NONE -> new float[0];
            case CONTROL -> control.orElseThrow();
            case FILL -> hole(mask.orElseThrow());
        };
        var kept = clean.filter(picture -> model.tool() != Tool.FILL)
                .flatMap(picture -> mask.map(given -> new Kept(picture, noise, model.mask(given))));
        return new Beginning(
                start,
                new Conditions(
                        references(clean, kept), request.inputs().editing().memory(), channels),
                kept);
    }

    private void requireInputs() {
        var editing = request.inputs().editing();
        boolean starts = request.inputs().init().isPresent();
        switch (model.tool()) {
            case FILL -> {
                if (!starts || editing.mask().isEmpty()) {
                    throw InputException.about(
                            "mask", "this model fills holes in pictures: give it a picture and a `mask` or a `region`");
                }
            }
            case CONTROL -> {
                if (editing.control().isEmpty()) {
                    throw InputException.about(
                            "control",
                            "this model follows a control picture: give it one with `control`, or a picture whose"
                                    + " edges are to be found with `canny`");
                }
            }
            case NONE -> {}
        }
        if (model.tool() != Tool.CONTROL && editing.control().isPresent()) {
            throw InputException.about(
                    "control", "`control`: this model follows no control picture; FLUX.1 Canny and Depth do");
        }
        if (request.inputs().references().size() > model.mostReferences()) {
            throw InputException.about(
                    "reference",
                    request.inputs().references().size() + " reference pictures: this model takes "
                            + (model.takesReferences() ? "at most " + model.mostReferences() : "none")
                            + "; FLUX.1 Kontext takes one, FLUX.2 several, and `init-image` starts from a picture");
        }
        if (!starts && editing.mask().isPresent()) {
            throw InputException.about("mask", "`mask` has no effect without a picture to paint in");
        }
    }

    private RgbImage sized(RgbImage picture) {
        return Resize.lanczos(
                picture, request.grid().pixelWidth(), request.grid().pixelHeight());
    }

    private float[] drawn(RgbImage picture, Start start) {
        return latents(PixelRows.of(picture), model.drawsLatents() ? start : Start.MEAN);
    }

    private float[] latents(PixelRows picture, Start start) {
        progress.stage(Stage.ENCODE, 1);
        try (var ops = open.apply(progress)) {
            var codec = model.codec();
            var posterior = codec.posterior(ops, picture, vae);
            var latents = switch (start) {
                case DRAWN -> posterior.sample(random, dtype);
                case MEAN -> posterior.mean();
            };
            progress.step(1);
            int side = codec.tokenPixels();
            return codec.tokens(latents, picture.height() / side, picture.width() / side);
        }
    }

    /** The picture with a hole and the hole's pixels, as Fill sees them beside the noise. */
    private float[] hole(Mask mask) {
        var picture = sized(request.inputs().init().orElseThrow().image());
        var masked = latents(new MaskedPicture(picture, mask), Start.DRAWN);
        var pixels = LatentMask.pixels(mask);
        int tokens = request.grid().tokens();
        int own = masked.length / tokens;
        int further = pixels.length / tokens;
        var channels = new float[masked.length + pixels.length];
        for (int i = 0; i < tokens; i++) {
            System.arraycopy(masked, i * own, channels, i * (own + further), own);
            System.arraycopy(pixels, i * further, channels, i * (own + further) + own, further);
        }
        return channels;
    }

    /** References, the picture that is painted in before them where the model wants to see it. */
    private List<Reference> references(Optional<float[]> clean, Optional<Kept> kept) {
        var references = new ArrayList<Reference>();
        if (kept.isPresent() && model.seesPaintedPicture()) {
            references.add(new Reference(request.grid(), clean.orElseThrow()));
        }
        for (var image : request.inputs().references()) {
            references.add(
                    new Reference(model.grid(image.width(), image.height()), latents(PixelRows.of(image), Start.MEAN)));
        }
        return references;
    }
}
