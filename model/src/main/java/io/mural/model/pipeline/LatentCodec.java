package io.mural.model.pipeline;

import io.mural.model.image.RgbImage;
import io.mural.model.sampling.Latents;
import io.mural.model.vae.AutoencoderKL;
import io.mural.model.vae.TiledVae;
import io.mural.tensor.Ops;

/** Pictures to packed latent tokens and back, with the autoencoder's scale and shift. */
record LatentCodec(AutoencoderKL vae) {
    private static final int RGB = 3;

    /** [tokens, channels x 4] of the posterior's mean. */
    float[] encode(Ops ops, RgbImage image, VaeExtent extent) {
        var config = vae.config();
        var picture = ops.tensor(image.toFloats(), image.height(), image.width(), RGB);
        var mean = switch (extent) {
            case WHOLE -> vae.encode(ops, picture);
            case TILES -> new TiledVae(vae).encode(ops, picture);
        };
        var values = ops.read(mean);
        for (int i = 0; i < values.length; i++) {
            values[i] = (values[i] - config.shiftFactor()) * config.scalingFactor();
        }
        int reduction = config.reduction();
        return Latents.pack(values, config.latentChannels(), image.height() / reduction, image.width() / reduction);
    }

    /**
     * @param tokens [height x width, channels x 4]
     * @param gridHeight rows of tokens
     * @param gridWidth tokens of a row
     */
    RgbImage decode(Ops ops, float[] tokens, int gridHeight, int gridWidth, VaeExtent extent) {
        var config = vae.config();
        int height = 2 * gridHeight;
        int width = 2 * gridWidth;
        var values = Latents.unpack(tokens, config.latentChannels(), height, width);
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] / config.scalingFactor() + config.shiftFactor();
        }
        var latent = ops.tensor(values, height, width, config.latentChannels());
        var picture = switch (extent) {
            case WHOLE -> vae.decode(ops, latent);
            case TILES -> new TiledVae(vae).decode(ops, latent);
        };
        return RgbImage.of(ops.read(picture), width * config.reduction(), height * config.reduction());
    }
}
