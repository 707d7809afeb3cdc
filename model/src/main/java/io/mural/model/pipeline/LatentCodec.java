package io.mural.model.pipeline;

import io.mural.model.image.RgbImage;
import io.mural.model.sampling.Latents;
import io.mural.model.vae.AutoencoderKL;
import io.mural.model.vae.LatentScale;
import io.mural.model.vae.TiledVae;
import io.mural.tensor.Ops;

/** Pictures to packed latent tokens and back, as a transformer works on them. */
public record LatentCodec(AutoencoderKL vae, LatentScale scale) {
    private static final int RGB = 3;

    /** [tokens, channels x 4] of the posterior's mean. */
    public float[] encode(Ops ops, RgbImage image, VaeExtent extent) {
        var config = vae.config();
        var picture = ops.tensor(image.toFloats(), image.height(), image.width(), RGB);
        var mean = switch (extent) {
            case WHOLE -> vae.encode(ops, picture);
            case TILES -> new TiledVae(vae).encode(ops, picture);
        };
        int reduction = config.reduction();
        var tokens = Latents.pack(
                ops.read(mean), config.latentChannels(), image.height() / reduction, image.width() / reduction);
        scale.normalise(tokens);
        return tokens;
    }

    /**
     * @param tokens [height x width, channels x 4]
     * @param gridHeight rows of tokens
     * @param gridWidth tokens of a row
     */
    public RgbImage decode(Ops ops, float[] tokens, int gridHeight, int gridWidth, VaeExtent extent) {
        var config = vae.config();
        int height = 2 * gridHeight;
        int width = 2 * gridWidth;
        var raw = tokens.clone();
        scale.restore(raw);
        var latent = ops.tensor(
                Latents.unpack(raw, config.latentChannels(), height, width), height, width, config.latentChannels());
        var picture = switch (extent) {
            case WHOLE -> vae.decode(ops, latent);
            case TILES -> new TiledVae(vae).decode(ops, latent);
        };
        return RgbImage.of(ops.read(picture), width * config.reduction(), height * config.reduction());
    }
}
