package io.mural.model.flux2;

import io.mural.model.layers.ConfigSizes;
import io.mural.model.layers.Positions;
import io.mural.tensor.InputException;
import io.mural.weights.names.Weights;
import io.mural.weights.text.JsonObject;
import java.util.Arrays;
import java.util.List;

/**
 * The sizes of a FLUX.2 transformer, named as in diffusers' {@code transformer/config.json}.
 *
 * @param inChannels features of a latent token: 4 x 32
 * @param numLayers double-stream blocks
 * @param numSingleLayers single-stream blocks
 * @param attentionHeadDim size of a head
 * @param numAttentionHeads heads; hidden = heads x headDim
 * @param jointAttentionDim features of a text token: three hidden states of the text encoder
 * @param timestepGuidanceChannels size of the sinusoid of time and guidance
 * @param mlpRatio features inside a feed-forward layer over hidden
 * @param guidanceEmbeds whether the model takes a distilled guidance scale (dev) or not (klein)
 * @param axesDimsRope dimensions of a head for the axes (time, row, column, text)
 * @param ropeTheta base of the rotary frequencies
 */
public record Flux2Config(
        int inChannels,
        int numLayers,
        int numSingleLayers,
        int attentionHeadDim,
        int numAttentionHeads,
        int jointAttentionDim,
        int timestepGuidanceChannels,
        double mlpRatio,
        boolean guidanceEmbeds,
        List<Integer> axesDimsRope,
        double ropeTheta) {

    private static final String FILE = "transformer/config.json";
    private static final int LARGEST = 1 << 20;

    /** Axes of a token's position. */
    static final int AXES = 4;

    static final int TIME_AXIS = 0;
    static final int ROW_AXIS = 1;
    static final int COLUMN_AXIS = 2;
    static final int TEXT_AXIS = 3;

    private static final List<Integer> PUBLISHED_AXES = List.of(32, 32, 32, 32);
    private static final int PUBLISHED_HEAD_DIM = 128;
    private static final double PUBLISHED_THETA = 2000;
    private static final double EPS = 1e-6;

    public Flux2Config {
        axesDimsRope = List.copyOf(axesDimsRope);
        ConfigSizes.require(FILE, "in_channels", inChannels, LARGEST);
        ConfigSizes.require(FILE, "num_layers", numLayers, 1000);
        ConfigSizes.require(FILE, "num_single_layers", numSingleLayers, 1000);
        ConfigSizes.require(FILE, "attention_head_dim", attentionHeadDim, 4096);
        ConfigSizes.require(FILE, "num_attention_heads", numAttentionHeads, 4096);
        ConfigSizes.require(FILE, "joint_attention_dim", jointAttentionDim, LARGEST);
        ConfigSizes.require(FILE, "timestep_guidance_channels", timestepGuidanceChannels, LARGEST);
        if (timestepGuidanceChannels % 2 != 0) {
            throw new InputException(
                    FILE + ": timestep_guidance_channels is " + timestepGuidanceChannels + "; expected an even number");
        }
        if (!(mlpRatio > 0 && mlpRatio <= 64)) {
            throw new InputException(FILE + ": mlp_ratio is " + mlpRatio + "; expected a number from 0 to 64");
        }
        if (!(ropeTheta > 1)) {
            throw new InputException(FILE + ": rope_theta is " + ropeTheta + "; expected a number above 1");
        }
        int sum = 0;
        for (int dim : axesDimsRope) {
            ConfigSizes.require(FILE, "axes_dims_rope", dim, 4096);
            sum += dim;
        }
        if (axesDimsRope.size() != AXES
                || sum != attentionHeadDim
                || axesDimsRope.stream().anyMatch(d -> d % 2 != 0)) {
            throw new InputException(FILE + ": axes_dims_rope is " + axesDimsRope
                    + "; expected four even sizes that sum to attention_head_dim, " + attentionHeadDim);
        }
    }

    /** The defaults are those of diffusers' {@code Flux2Transformer2DModel}. */
    public static Flux2Config of(JsonObject json) {
        int inChannels = json.integer("in_channels", 128);
        if (json.integer("out_channels", inChannels) != inChannels || json.integer("patch_size", 1) != 1) {
            throw json.error("out_channels", "with patch_size must give as many channels as in_channels");
        }
        if (json.number("eps", EPS) != EPS) {
            throw json.error("eps", "is " + json.number("eps") + "; FLUX.2's norms have " + EPS);
        }
        return new Flux2Config(
                inChannels,
                json.integer("num_layers", 8),
                json.integer("num_single_layers", 48),
                json.integer("attention_head_dim", PUBLISHED_HEAD_DIM),
                json.integer("num_attention_heads", 48),
                json.integer("joint_attention_dim", 15360),
                json.integer("timestep_guidance_channels", 256),
                json.number("mlp_ratio", 3),
                json.bool("guidance_embeds", true),
                Arrays.stream(json.integers("axes_dims_rope", 32, 32, 32, 32))
                        .boxed()
                        .toList(),
                json.number("rope_theta", PUBLISHED_THETA));
    }

    /** For a single file without a config: the sizes its tensors show, with the published head size, axes and theta. */
    public static Flux2Config of(Weights weights) {
        var embedder = weights.shape("x_embedder.weight");
        int hidden = embedder.dim(0);
        if (hidden % PUBLISHED_HEAD_DIM != 0) {
            throw new InputException(weights.source() + ": x_embedder gives a hidden size of " + hidden
                    + ", which is no multiple of " + PUBLISHED_HEAD_DIM
                    + "; give the folder with its transformer/config.json by `base`");
        }
        return new Flux2Config(
                embedder.dim(1),
                weights.blocks("transformer_blocks"),
                weights.blocks("single_transformer_blocks"),
                PUBLISHED_HEAD_DIM,
                hidden / PUBLISHED_HEAD_DIM,
                weights.shape("context_embedder.weight").dim(1),
                weights.shape("time_guidance_embed.timestep_embedder.linear_1.weight")
                        .dim(1),
                (double) weights.shape("transformer_blocks.0.ff.linear_out.weight")
                                .dim(1)
                        / hidden,
                weights.has("time_guidance_embed.guidance_embedder.linear_1.weight"),
                PUBLISHED_AXES,
                PUBLISHED_THETA);
    }

    public int hidden() {
        return attentionHeadDim * numAttentionHeads;
    }

    public int mlpHidden() {
        return (int) (hidden() * mlpRatio);
    }

    /** Rotary positions whose base is {@code ntkFactor} times the model's. */
    Positions positions(double ntkFactor) {
        int[] axes = axesDimsRope.stream().mapToInt(Integer::intValue).toArray();
        return new Positions(axes, ropeTheta * ntkFactor);
    }
}
