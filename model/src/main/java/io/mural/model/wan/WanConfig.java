package io.mural.model.wan;

import io.mural.tensor.InputException;
import io.mural.weights.names.Weights;
import io.mural.weights.text.JsonObject;
import java.util.Arrays;
import java.util.List;

/**
 * The sizes of a Wan 2.1 text-to-video transformer, named as in diffusers' {@code transformer/config.json}.
 *
 * @param textDim features of a row of the text encoder
 * @param freqDim values of the timestep's sinusoid
 * @param ffnDim width of the feed-forward layers
 */
public record WanConfig(
        int numAttentionHeads,
        int attentionHeadDim,
        int inChannels,
        int outChannels,
        int textDim,
        int freqDim,
        int ffnDim,
        int numLayers,
        float eps) {

    private static final String FILE = "transformer/config.json";
    private static final int LARGEST = 1 << 20;
    /** Both published sizes have heads of so many. */
    private static final int PUBLISHED_HEAD_DIM = 128;

    private static final float PUBLISHED_EPS = 1e-6f;

    public WanConfig {
        require("num_attention_heads", numAttentionHeads);
        require("attention_head_dim", attentionHeadDim);
        require("in_channels", inChannels);
        require("out_channels", outChannels);
        require("text_dim", textDim);
        require("freq_dim", freqDim);
        require("ffn_dim", ffnDim);
        require("num_layers", numLayers);
        if (attentionHeadDim % 2 != 0 || attentionHeadDim < 6) {
            throw new InputException(
                    FILE + ": attention_head_dim is " + attentionHeadDim + "; expected an even number from 6 on");
        }
        if (freqDim % 2 != 0) {
            throw new InputException(FILE + ": freq_dim is " + freqDim + "; expected an even number");
        }
    }

    private static void require(String key, int value) {
        if (value < 1 || value > LARGEST) {
            throw new InputException(FILE + ": " + key + " is " + value + "; expected 1 to " + LARGEST);
        }
    }

    public static WanConfig of(JsonObject json) {
        int[] patch = json.integers("patch_size", 1, 2, 2);
        if (!Arrays.equals(patch, new int[] {1, 2, 2})) {
            throw json.error("patch_size", "is not [1, 2, 2], which Wan 2.1's transformers have");
        }
        if (!json.bool("cross_attn_norm", true)) {
            throw json.error("cross_attn_norm", "is false, which Wan 2.1's transformers do not have");
        }
        if (!json.string("qk_norm", "rms_norm_across_heads").equals("rms_norm_across_heads")) {
            throw json.error(
                    "qk_norm", "is " + json.string("qk_norm") + "; Wan 2.1's transformers have rms_norm_across_heads");
        }
        for (var key : List.of("image_dim", "added_kv_proj_dim", "pos_embed_seq_len")) {
            if (json.has(key)) {
                throw json.error(key, "is set: this is an image-to-video model; mural makes videos from text alone");
            }
        }
        var config = new WanConfig(
                json.integer("num_attention_heads"),
                json.integer("attention_head_dim"),
                json.integer("in_channels"),
                json.integer("out_channels"),
                json.integer("text_dim"),
                json.integer("freq_dim"),
                json.integer("ffn_dim"),
                json.integer("num_layers"),
                (float) json.number("eps", PUBLISHED_EPS));
        if (config.inChannels() != config.outChannels()) {
            throw json.error(
                    "in_channels",
                    "is " + config.inChannels() + " but out_channels is " + config.outChannels()
                            + ": the model takes more than noise and text; mural makes videos from text alone");
        }
        return config;
    }

    /** The sizes of a file without a config; heads are of the published size. */
    public static WanConfig of(Weights weights) {
        if (weights.has("condition_embedder.image_embedder.ff.net.0.proj.weight")
                || weights.has("img_emb.proj.1.weight")
                || weights.has("blocks.0.attn2.add_k_proj.weight")
                || weights.has("blocks.0.attn2.k_img.weight")) {
            throw new InputException(
                    weights.source() + ": is an image-to-video model; mural makes videos from text alone");
        }
        int hidden = weights.shape("blocks.0.attn1.to_q.weight").dim(0);
        if (hidden % PUBLISHED_HEAD_DIM != 0) {
            throw new InputException(weights.source() + ": its width " + hidden + " does not divide into heads of "
                    + PUBLISHED_HEAD_DIM + "; a config.json beside it must give its sizes");
        }
        int out = weights.shape("proj_out.weight").dim(0) / WanLatents.PATCH;
        long in = weights.shape("patch_embedding.weight").size() / hidden / WanLatents.PATCH;
        if (in != out) {
            throw new InputException(weights.source() + ": takes " + in + " channels and gives " + out
                    + "; mural makes videos from text alone, with as many of both");
        }
        return new WanConfig(
                hidden / PUBLISHED_HEAD_DIM,
                PUBLISHED_HEAD_DIM,
                out,
                out,
                weights.shape("condition_embedder.text_embedder.linear_1.weight")
                        .dim(1),
                weights.shape("condition_embedder.time_embedder.linear_1.weight")
                        .dim(1),
                weights.shape("blocks.0.ffn.net.0.proj.weight").dim(0),
                weights.blocks("blocks"),
                PUBLISHED_EPS);
    }

    /** Features of a token. */
    public int hidden() {
        return numAttentionHeads * attentionHeadDim;
    }

    /** Dimensions of a head that positions rotate: those of the frame, the row and the column. */
    int[] axes() {
        int side = 2 * (attentionHeadDim / 6);
        return new int[] {attentionHeadDim - 2 * side, side, side};
    }
}
