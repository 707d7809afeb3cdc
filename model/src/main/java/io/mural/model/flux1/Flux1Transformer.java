package io.mural.model.flux1;

import io.mural.model.layers.FinalLayer;
import io.mural.model.layers.Positions;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * The FLUX.1 transformer: predicts the velocity of noisy latent tokens from text (black-forest-labs/flux, diffusers'
 * {@code FluxTransformer2DModel}).
 */
public final class Flux1Transformer {
    private static final double THETA = 10000;

    private final Flux1Config config;
    private final Linear xEmbedder;
    private final Linear contextEmbedder;
    private final Conditioning timeTextEmbed;
    private final List<DoubleBlock> doubleBlocks = new ArrayList<>();
    private final List<SingleBlock> singleBlocks = new ArrayList<>();
    private final FinalLayer finalLayer;

    public Flux1Transformer(Flux1Config config, Weights weights) {
        this.config = config;
        xEmbedder = weights.linear("x_embedder", config.inChannels(), config.hidden());
        contextEmbedder = weights.linear("context_embedder", config.jointAttentionDim(), config.hidden());
        timeTextEmbed = Conditioning.load(weights.under("time_text_embed"), config);
        for (int i = 0; i < config.numLayers(); i++) {
            doubleBlocks.add(DoubleBlock.load(weights.under("transformer_blocks." + i), config));
        }
        for (int i = 0; i < config.numSingleLayers(); i++) {
            singleBlocks.add(SingleBlock.load(weights.under("single_transformer_blocks." + i), config));
        }
        finalLayer = new FinalLayer(
                weights.linear("norm_out.linear", config.hidden(), 2 * config.hidden()),
                weights.linear("proj_out", config.hidden(), config.inChannels()));
    }

    public Flux1Config config() {
        return config;
    }

    /**
     * What stays the same over the steps of one picture.
     *
     * @param txt [text tokens, jointAttentionDim]
     * @param pooled [1, pooledProjectionDim]
     * @param guidance the distilled guidance scale
     * @param rope positions of text and image tokens
     */
    public record Context(Tensor txt, Tensor pooled, double guidance, Rope rope) {}

    /** Positions of text (all at the origin) and of a raster of image tokens, as tensors of the current unit. */
    public Rope positions(Ops ops, int txtTokens, int gridHeight, int gridWidth) {
        var ids = new int[txtTokens + gridHeight * gridWidth][3];
        for (int i = 0; i < gridHeight * gridWidth; i++) {
            ids[txtTokens + i][1] = i / gridWidth;
            ids[txtTokens + i][2] = i % gridWidth;
        }
        return new Positions(config.axes(), THETA).table(ops, ids);
    }

    /**
     * One evaluation.
     *
     * @param latents [image tokens, inChannels]
     * @param timestep in [0, 1]
     * @return the velocity, [image tokens, inChannels], a tensor of the current unit
     */
    public Tensor forward(Ops ops, Tensor latents, double timestep, Context context) {
        return ops.unit("transformer", () -> {
            int txtRows = context.txt().rows();
            var x = ops.empty(txtRows + latents.rows(), config.hidden()); // text rows first
            ops.linear(x.rows(0, txtRows), context.txt(), contextEmbedder, Activation.NONE);
            ops.linear(x.rows(txtRows, x.rows()), latents, xEmbedder, Activation.NONE);
            var conditioning = timeTextEmbed.forward(ops, timestep, context.guidance(), context.pooled());
            var layout = AttentionLayout.dense(x.rows(), x.rows());

            for (int i = 0; i < doubleBlocks.size(); i++) {
                var block = doubleBlocks.get(i);
                ops.unit(
                        "transformer_blocks." + i,
                        () -> block.forward(ops, x, txtRows, conditioning, context.rope(), layout));
            }
            for (int i = 0; i < singleBlocks.size(); i++) {
                var block = singleBlocks.get(i);
                ops.unit(
                        "single_transformer_blocks." + i,
                        () -> block.forward(ops, x, conditioning, context.rope(), layout));
            }
            return finalLayer.forward(ops, x.rows(txtRows, x.rows()), conditioning);
        });
    }
}
