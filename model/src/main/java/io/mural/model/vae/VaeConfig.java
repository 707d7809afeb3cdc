package io.mural.model.vae;

import io.mural.model.layers.ConfigSizes;
import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;
import java.util.Arrays;
import java.util.List;

/**
 * The sizes of an AutoencoderKL, named as in diffusers' {@code vae/config.json}.
 *
 * @param latentChannels channels of a latent
 * @param blockOutChannels channels of each level, finest first; every level but the last halves the picture
 * @param layersPerBlock residual blocks of an encoder level; the decoder has one more
 * @param normNumGroups groups of every group norm
 * @param sampleSize side of the pictures it was trained on, in pixels; the size of a tile
 * @param scalingFactor latents are (z - shiftFactor) * scalingFactor
 * @param quantConv whether the encoder ends in a 1x1 convolution
 * @param postQuantConv whether the decoder begins with one
 */
public record VaeConfig(
        int latentChannels,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        int normNumGroups,
        int sampleSize,
        float scalingFactor,
        float shiftFactor,
        boolean quantConv,
        boolean postQuantConv) {

    /** FLUX.1's autoencoder; for files that come without a config. */
    public static final VaeConfig FLUX1 =
            new VaeConfig(16, List.of(128, 256, 512, 512), 2, 32, 1024, 0.3611f, 0.1159f, false, false);

    /** FLUX.2's autoencoder; for files that come without a config. */
    public static final VaeConfig FLUX2 = new VaeConfig(32, List.of(128, 256, 512, 512), 2, 32, 1024, 1, 0, true, true);

    private static final String FILE = "vae/config.json";
    private static final int LARGEST = 1 << 16;

    public VaeConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        ConfigSizes.require(FILE, "latent_channels", latentChannels, LARGEST);
        ConfigSizes.require(FILE, "layers_per_block", layersPerBlock, LARGEST);
        ConfigSizes.require(FILE, "norm_num_groups", normNumGroups, LARGEST);
        ConfigSizes.require(FILE, "sample_size", sampleSize, LARGEST);
        if (blockOutChannels.isEmpty() || blockOutChannels.size() > 8) {
            throw new InputException(
                    FILE + ": block_out_channels has " + blockOutChannels.size() + " levels; expected 1 to 8");
        }
        for (int channels : blockOutChannels) {
            ConfigSizes.require(FILE, "block_out_channels", channels, LARGEST);
            if (channels % normNumGroups != 0) {
                throw new InputException(
                        FILE + ": " + channels + " channels do not divide into norm_num_groups, " + normNumGroups);
            }
        }
        if (!(scalingFactor > 0)) {
            throw new InputException(FILE + ": scaling_factor is " + scalingFactor + "; expected a positive number");
        }
    }

    public static VaeConfig of(JsonObject json) {
        return of(json, (float) json.number("scaling_factor"), (float) json.number("shift_factor", 0));
    }

    /** For autoencoders whose latents are not scaled and shifted as a whole. */
    public static VaeConfig unscaled(JsonObject json) {
        return of(json, 1, 0);
    }

    private static VaeConfig of(JsonObject json, float scalingFactor, float shiftFactor) {
        if (!json.bool("mid_block_add_attention", true)) {
            throw new InputException(
                    FILE + ": mid_block_add_attention is false; FLUX's autoencoders have the attention");
        }
        requirePlainBlocks(json, "down_block_types", "DownEncoderBlock2D");
        requirePlainBlocks(json, "up_block_types", "UpDecoderBlock2D");
        return new VaeConfig(
                json.integer("latent_channels"),
                Arrays.stream(json.integers("block_out_channels")).boxed().toList(),
                json.integer("layers_per_block"),
                json.integer("norm_num_groups", 32),
                json.integer("sample_size", 1024),
                scalingFactor,
                shiftFactor,
                json.bool("use_quant_conv", true),
                json.bool("use_post_quant_conv", true));
    }

    private static void requirePlainBlocks(JsonObject json, String key, String plain) {
        for (var type : json.strings(key, List.of())) {
            if (!type.equals(plain)) {
                throw json.error(key, "names " + type + "; FLUX's autoencoders have " + plain + " at every level");
            }
        }
    }

    /** How many times smaller than the picture a latent is, on each side. */
    public int reduction() {
        return 1 << blockOutChannels.size() - 1;
    }
}
