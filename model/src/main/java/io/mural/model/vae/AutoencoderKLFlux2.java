package io.mural.model.vae;

import io.mural.tensor.InputException;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import io.mural.weights.text.JsonObject;

/**
 * FLUX.2's autoencoder (diffusers' {@code AutoencoderKLFlux2}): that of FLUX.1 with more channels and the 1x1
 * convolutions at its narrow end, and statistics of its packed latents.
 */
public final class AutoencoderKLFlux2 {
    /** Latent pixels of a token. */
    private static final int CELL_PIXELS = 4;

    private static final double PUBLISHED_EPS = 1e-4;

    private final AutoencoderKL kl;
    private final LatentStatistics statistics;

    /** @param batchNormEps added to the variances */
    public AutoencoderKLFlux2(VaeConfig config, double batchNormEps, Weights weights) {
        kl = new AutoencoderKL(config, weights);
        int features = CELL_PIXELS * config.latentChannels();
        var mean = weights.vector("bn.running_mean", features);
        statistics = new LatentStatistics(
                mean.toArray(), deviation(weights.vector("bn.running_var", features), batchNormEps, weights));
    }

    /** Reads the sizes from {@code vae/config.json}. */
    public static AutoencoderKLFlux2 of(JsonObject json, Weights weights) {
        int[] patch = json.integers("patch_size", 2, 2);
        if (patch.length != 2 || patch[0] != 2 || patch[1] != 2) {
            throw json.error("patch_size", "is not [2, 2], which FLUX.2's transformers take");
        }
        if (json.has("decoder_block_out_channels")) {
            throw json.error("decoder_block_out_channels", "is set: decoders of their own width are not supported");
        }
        return new AutoencoderKLFlux2(VaeConfig.unscaled(json), json.number("batch_norm_eps", PUBLISHED_EPS), weights);
    }

    /** The published autoencoder, for files that come without a config. */
    public static AutoencoderKLFlux2 published(Weights weights) {
        return new AutoencoderKLFlux2(VaeConfig.FLUX2, PUBLISHED_EPS, weights);
    }

    private static float[] deviation(Tensor variance, double eps, Weights weights) {
        var deviation = variance.toArray();
        for (int i = 0; i < deviation.length; i++) {
            if (!(deviation[i] + eps > 0)) {
                throw new InputException(weights.source() + ": bn.running_var[" + i + "] is " + deviation[i]
                        + ", which is no variance; download the file again");
            }
            deviation[i] = (float) Math.sqrt(deviation[i] + eps);
        }
        return deviation;
    }

    public VaeConfig config() {
        return kl.config();
    }

    /** Between pictures and raw latents. */
    public AutoencoderKL kl() {
        return kl;
    }

    /** Between raw latents, packed to tokens, and what the transformer works on. */
    public LatentStatistics statistics() {
        return statistics;
    }
}
