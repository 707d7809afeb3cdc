package io.mural.model.flux2;

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
 * The FLUX.2 transformer: predicts the velocity of noisy latent tokens from text (black-forest-labs/flux2, diffusers'
 * {@code Flux2Transformer2DModel}). No layer has a bias.
 */
public final class Flux2Transformer {
    private final Flux2Config config;
    private final Linear xEmbedder;
    private final Linear contextEmbedder;
    private final Conditioning timeGuidanceEmbed;
    private final SharedModulation modulation;
    private final List<DoubleBlock> doubleBlocks = new ArrayList<>();
    private final List<SingleBlock> singleBlocks = new ArrayList<>();
    private final FinalLayer finalLayer;

    public Flux2Transformer(Flux2Config config, Weights weights) {
        this.config = config;
        xEmbedder = weights.linearNoBias("x_embedder", config.inChannels(), config.hidden());
        contextEmbedder = weights.linearNoBias("context_embedder", config.jointAttentionDim(), config.hidden());
        timeGuidanceEmbed = Conditioning.load(weights.under("time_guidance_embed"), config);
        modulation = SharedModulation.load(weights, config);
        for (int i = 0; i < config.numLayers(); i++) {
            doubleBlocks.add(DoubleBlock.load(weights.under("transformer_blocks." + i), config));
        }
        for (int i = 0; i < config.numSingleLayers(); i++) {
            singleBlocks.add(SingleBlock.load(weights.under("single_transformer_blocks." + i), config));
        }
        finalLayer = new FinalLayer(
                weights.linearNoBias("norm_out.linear", config.hidden(), 2 * config.hidden()),
                weights.linearNoBias("proj_out", config.hidden(), config.inChannels()));
    }

    public Flux2Config config() {
        return config;
    }

    /**
     * What stays the same over the steps of one picture.
     *
     * @param txt [text tokens, jointAttentionDim]
     * @param guidance the distilled guidance scale
     * @param rope positions of text and image tokens
     */
    public record Context(Tensor txt, double guidance, Rope rope) {}

    /** Positions (time, row, column, text): text tokens count along their own axis, image tokens lie in a raster. */
    public Rope positions(Ops ops, int txtTokens, int gridHeight, int gridWidth) {
        var ids = new int[txtTokens + gridHeight * gridWidth][4];
        for (int i = 0; i < txtTokens; i++) {
            ids[i][3] = i;
        }
        for (int i = 0; i < gridHeight * gridWidth; i++) {
            ids[txtTokens + i][1] = i / gridWidth;
            ids[txtTokens + i][2] = i % gridWidth;
        }
        return new Positions(config.axes(), config.ropeTheta()).table(ops, ids);
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
            var conditioning = timeGuidanceEmbed.forward(ops, timestep, context.guidance());
            var step = modulation.forward(ops, conditioning);
            var layout = AttentionLayout.dense(x.rows(), x.rows());

            for (int i = 0; i < doubleBlocks.size(); i++) {
                var block = doubleBlocks.get(i);
                ops.unit("transformer_blocks." + i, () -> block.forward(ops, x, txtRows, step, context.rope(), layout));
            }
            for (int i = 0; i < singleBlocks.size(); i++) {
                var block = singleBlocks.get(i);
                ops.unit(
                        "single_transformer_blocks." + i,
                        () -> block.forward(ops, x, step.single(), context.rope(), layout));
            }
            return finalLayer.forward(ops, x.rows(txtRows, x.rows()), conditioning);
        });
    }
}
