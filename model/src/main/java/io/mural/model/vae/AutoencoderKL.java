package io.mural.model.vae;

import io.mural.tensor.Conv;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.Optional;

/**
 * FLUX.1's autoencoder between pictures [height, width, 3] in [-1, 1] and raw latents [height / 8, width / 8, 16]
 * (arXiv 2112.10752; diffusers' {@code AutoencoderKL}). {@link VaeConfig#scalingFactor} and shift are the caller's.
 */
public final class AutoencoderKL {
    private final VaeConfig config;
    private final Encoder encoder;
    private final Optional<Conv> quantConv;
    private final Optional<Conv> postQuantConv;
    private final Decoder decoder;

    public AutoencoderKL(VaeConfig config, Weights weights) {
        this.config = config;
        int channels = config.latentChannels();
        encoder = new Encoder(config, weights.under("encoder"));
        decoder = new Decoder(config, weights.under("decoder"));
        quantConv = config.quantConv()
                ? Optional.of(weights.conv("quant_conv", 2 * channels, 2 * channels, 1))
                : Optional.empty();
        postQuantConv = config.postQuantConv()
                ? Optional.of(weights.conv("post_quant_conv", channels, channels, 1))
                : Optional.empty();
    }

    public VaeConfig config() {
        return config;
    }

    /** The mean of the posterior, [height / 8, width / 8, latentChannels]. */
    public Tensor encode(Ops ops, Tensor picture) {
        return mean(ops, ops.unit("encoder", () -> encoder.forward(ops, picture)));
    }

    /** Mean and log-variance of the posterior, [height / 8, width / 8, 2 x latentChannels]. */
    public Tensor moments(Ops ops, Tensor picture) {
        return quantised(ops, ops.unit("encoder", () -> encoder.forward(ops, picture)));
    }

    /** @param encoded the encoder's result */
    Tensor quantised(Ops ops, Tensor encoded) {
        return quantConv.isPresent() ? ops.conv2d(encoded, quantConv.get(), 1, Padding.NONE) : encoded;
    }

    /** @param encoded the encoder's result: mean, then log-variance */
    Tensor mean(Ops ops, Tensor encoded) {
        return meanOf(ops, quantised(ops, encoded));
    }

    /** @param moments mean, then log-variance */
    Tensor meanOf(Ops ops, Tensor moments) {
        var mean = ops.empty(moments.shape().dim(0), moments.shape().dim(1), config.latentChannels());
        ops.copy(mean, moments.columns(0, config.latentChannels()));
        return mean;
    }

    /** [height, width, latentChannels] to [8 height, 8 width, 3] */
    public Tensor decode(Ops ops, Tensor latent) {
        return ops.unit("decoder", () -> decoder.forward(ops, postQuant(ops, latent)));
    }

    /** What the decoder begins with, of raw latents. */
    Tensor postQuant(Ops ops, Tensor latent) {
        return postQuantConv.isPresent() ? ops.conv2d(latent, postQuantConv.get(), 1, Padding.NONE) : latent;
    }

    Encoder encoder() {
        return encoder;
    }

    Decoder decoder() {
        return decoder;
    }
}
