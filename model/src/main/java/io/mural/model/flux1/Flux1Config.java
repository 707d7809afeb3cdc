package io.mural.model.flux1;

import io.mural.model.layers.ConfigSizes;
import io.mural.model.layers.Positions;
import io.mural.model.request.Tool;
import io.mural.tensor.InputException;
import io.mural.weights.names.Weights;
import io.mural.weights.text.JsonObject;
import java.util.Arrays;
import java.util.List;

/**
 * The sizes of a FLUX.1 transformer, named as in diffusers' {@code transformer/config.json}.
 *
 * @param inChannels features of a token as it is given: 4 x 16, and more where pictures stand beside the noise
 * @param outChannels features of a packed latent token, which is predicted: 4 x 16
 * @param numLayers double-stream blocks
 * @param numSingleLayers single-stream blocks
 * @param attentionHeadDim size of a head
 * @param numAttentionHeads heads; hidden = heads x headDim
 * @param jointAttentionDim features of a T5 token
 * @param pooledProjectionDim features of CLIP's pooled text
 * @param guidanceEmbeds whether the model takes a distilled guidance scale (dev) or not (schnell)
 * @param axesDimsRope dimensions of a head for the axes (index, row, column)
 */
public record Flux1Config(
        int inChannels,
        int outChannels,
        int numLayers,
        int numSingleLayers,
        int attentionHeadDim,
        int numAttentionHeads,
        int jointAttentionDim,
        int pooledProjectionDim,
        boolean guidanceEmbeds,
        List<Integer> axesDimsRope) {

    private static final double THETA = 10000;
    private static final int LARGEST = 1 << 20;
    private static final List<Integer> PUBLISHED_AXES = List.of(16, 56, 56);
    private static final int PUBLISHED_HEAD_DIM = 128;
    /** Noise, and the control picture's latents. */
    private static final int CONTROL_PARTS = 2;
    /** Noise, the picture's latents, and the 256 pixels of the mask that a token covers. */
    private static final int FILL_PARTS = 6;

    public Flux1Config {
        axesDimsRope = List.copyOf(axesDimsRope);
        ConfigSizes.require("transformer/config.json", "in_channels", inChannels, LARGEST);
        ConfigSizes.require("transformer/config.json", "out_channels", outChannels, LARGEST);
        ConfigSizes.require("transformer/config.json", "num_layers", numLayers, 1000);
        ConfigSizes.require("transformer/config.json", "num_single_layers", numSingleLayers, 1000);
        ConfigSizes.require("transformer/config.json", "attention_head_dim", attentionHeadDim, 4096);
        ConfigSizes.require("transformer/config.json", "num_attention_heads", numAttentionHeads, 4096);
        ConfigSizes.require("transformer/config.json", "joint_attention_dim", jointAttentionDim, LARGEST);
        ConfigSizes.require("transformer/config.json", "pooled_projection_dim", pooledProjectionDim, LARGEST);
        int sum = 0;
        for (int dim : axesDimsRope) {
            ConfigSizes.require("transformer/config.json", "axes_dims_rope", dim, 4096);
            sum += dim;
        }
        if (axesDimsRope.size() != 3
                || sum != attentionHeadDim
                || axesDimsRope.stream().anyMatch(d -> d % 2 != 0)) {
            throw new InputException("transformer/config.json: axes_dims_rope is " + axesDimsRope
                    + "; expected three even sizes that sum to attention_head_dim, " + attentionHeadDim);
        }
    }

    /** The same of a model whose tokens have other features, as a LoRA for control pictures makes it. */
    public Flux1Config withInputs(int features) {
        return new Flux1Config(
                features,
                outChannels,
                numLayers,
                numSingleLayers,
                attentionHeadDim,
                numAttentionHeads,
                jointAttentionDim,
                pooledProjectionDim,
                guidanceEmbeds,
                axesDimsRope);
    }

    /** By the features that a token has beside the noise's. */
    public Tool tool() {
        if (inChannels == outChannels) {
            return Tool.NONE;
        }
        return inChannels == CONTROL_PARTS * outChannels ? Tool.CONTROL : Tool.FILL;
    }

    private static void requireTool(String source, int in, int out) {
        if (in != out && in != CONTROL_PARTS * out && in != FILL_PARTS * out) {
            throw new InputException(source + ": is a model that takes " + in + " features a token and makes " + out
                    + ", which is none of FLUX.1, Fill, Canny and Depth; use one of them");
        }
    }

    public static Flux1Config of(JsonObject json) {
        int in = json.integer("in_channels");
        int out = json.has("out_channels") ? json.integer("out_channels") : in;
        requireTool(json.source(), in, out);
        return new Flux1Config(
                in,
                out,
                json.integer("num_layers"),
                json.integer("num_single_layers"),
                json.integer("attention_head_dim"),
                json.integer("num_attention_heads"),
                json.integer("joint_attention_dim"),
                json.integer("pooled_projection_dim"),
                json.bool("guidance_embeds", false),
                Arrays.stream(json.integers("axes_dims_rope", 16, 56, 56))
                        .boxed()
                        .toList());
    }

    /** For a single file without a config: the sizes its tensors show, with the published head size and axes. */
    public static Flux1Config of(Weights weights) {
        var embedder = weights.shape("x_embedder.weight");
        int hidden = embedder.dim(0);
        if (hidden % PUBLISHED_HEAD_DIM != 0) {
            throw new InputException(weights.source() + ": x_embedder gives a hidden size of " + hidden
                    + ", which is no multiple of " + PUBLISHED_HEAD_DIM
                    + "; give the folder with its transformer/config.json by `base`");
        }
        int out = weights.shape("proj_out.weight").dim(0);
        requireTool(weights.source(), embedder.dim(1), out);
        return new Flux1Config(
                embedder.dim(1),
                out,
                weights.blocks("transformer_blocks"),
                weights.blocks("single_transformer_blocks"),
                PUBLISHED_HEAD_DIM,
                hidden / PUBLISHED_HEAD_DIM,
                weights.shape("context_embedder.weight").dim(1),
                weights.shape("time_text_embed.text_embedder.linear_1.weight").dim(1),
                weights.has("time_text_embed.guidance_embedder.linear_1.weight"),
                PUBLISHED_AXES);
    }

    public int hidden() {
        return attentionHeadDim * numAttentionHeads;
    }

    public int mlpHidden() {
        return 4 * hidden();
    }

    /** Rotary positions, with the base of the frequencies times {@code thetaFactor}. */
    Positions positions(double thetaFactor) {
        return new Positions(axesDimsRope.stream().mapToInt(Integer::intValue).toArray(), THETA * thetaFactor);
    }
}
