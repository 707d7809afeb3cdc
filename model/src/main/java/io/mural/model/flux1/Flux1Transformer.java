package io.mural.model.flux1;

import io.mural.model.hierarchical.TokenOrder;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.layers.FinalLayer;
import io.mural.model.layers.KeysValues;
import io.mural.model.layers.Outside;
import io.mural.model.request.Grid;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The FLUX.1 transformer: predicts the velocity of noisy latent tokens from text (black-forest-labs/flux, diffusers'
 * {@code FluxTransformer2DModel}).
 */
public final class Flux1Transformer {
    private final Flux1Config config;
    private final Linear xEmbedder;
    private final Linear contextEmbedder;
    private final Conditioning timeTextEmbed;
    private final List<JointBlock> blocks = new ArrayList<>();
    private final FinalLayer finalLayer;

    public Flux1Transformer(Flux1Config config, Weights weights) {
        this(config, weights, Optional.empty());
    }

    /** @param imgWeights as {@code weights}, with adapters of the image tokens alone; empty where there are none */
    public Flux1Transformer(Flux1Config config, Weights weights, Optional<Weights> imgWeights) {
        this.config = config;
        xEmbedder = imgWeights.orElse(weights).linear("x_embedder", config.inChannels(), config.hidden());
        contextEmbedder = weights.linear("context_embedder", config.jointAttentionDim(), config.hidden());
        timeTextEmbed = Conditioning.load(weights.under("time_text_embed"), config);
        for (int i = 0; i < config.numLayers(); i++) {
            blocks.add(JointBlock.doubleStream(weights, imgWeights, i, config));
        }
        for (int i = 0; i < config.numSingleLayers(); i++) {
            blocks.add(JointBlock.singleStream(weights, imgWeights, i, config));
        }
        finalLayer = new FinalLayer(
                weights.linear("norm_out.linear", config.hidden(), 2 * config.hidden()),
                weights.linear("proj_out", config.hidden(), config.outChannels()));
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
     * @param layout queries of text and image tokens over their keys and then those from outside
     * @param outside tokens of a guide
     */
    public record Context(
            Tensor txt, Tensor pooled, double guidance, Rope rope, AttentionLayout layout, Optional<Outside> outside) {
        /** Text and image alone, every token seeing every other. */
        public Context(Tensor txt, Tensor pooled, double guidance, Rope rope) {
            this(txt, pooled, guidance, rope, AttentionLayout.dense(rope.tokens(), rope.tokens()), Optional.empty());
        }
    }

    /** Positions of text (all at the origin) and of a raster of image tokens, as tensors of the current unit. */
    public Rope positions(Ops ops, int txtTokens, int gridHeight, int gridWidth) {
        return positions(ops, txtTokens, new WindowOrder(gridHeight, gridWidth, gridWidth), 1);
    }

    /** As the other, with tokens of other pictures behind, each in raster order at its own number on the first axis. */
    public Rope positions(Ops ops, int txtTokens, Grid grid, List<Grid> others) {
        int own = txtTokens + grid.tokens();
        int tokens = own;
        for (var other : others) {
            tokens += other.tokens();
        }
        var ids = new int[tokens][3];
        raster(ids, txtTokens, 0, grid);
        int from = own;
        for (int i = 0; i < others.size(); i++) {
            raster(ids, from, i + 1, others.get(i));
            from += others.get(i).tokens();
        }
        return config.positions(1).table(ops, ids);
    }

    private static void raster(int[][] ids, int from, int number, Grid grid) {
        for (int i = 0; i < grid.tokens(); i++) {
            ids[from + i] = new int[] {number, i / grid.width(), i % grid.width()};
        }
    }

    /** Positions of text and of image tokens in windows, with the base of the frequencies times {@code ntkFactor}. */
    public Rope positions(Ops ops, int txtTokens, TokenOrder order, double ntkFactor) {
        var ids = new int[txtTokens + order.tokens()][3];
        for (int row = 0; row < order.height(); row++) {
            for (int column = 0; column < order.width(); column++) {
                int position = order.position(row, column);
                if (position < 0) {
                    continue;
                }
                int token = txtTokens + position;
                ids[token][1] = row;
                ids[token][2] = column;
            }
        }
        return config.positions(ntkFactor).table(ops, ids);
    }

    /**
     * One evaluation.
     *
     * @param latents [image tokens, inChannels], in the order of the context's positions
     * @param timestep in [0, 1]
     * @return the velocity, [image tokens, outChannels], a tensor of the current unit
     */
    public Tensor forward(Ops ops, Tensor latents, double timestep, Context context) {
        return ops.unit("transformer", () -> {
            int txtRows = context.txt().rows();
            var x = ops.empty(txtRows + latents.rows(), config.hidden()); // text rows first
            ops.linear(x.rows(0, txtRows), context.txt(), contextEmbedder, Activation.NONE);
            ops.linear(x.rows(txtRows, x.rows()), latents, xEmbedder, Activation.NONE);
            var conditioning = timeTextEmbed.forward(ops, timestep, context.guidance(), context.pooled());

            for (int i = 0; i < blocks.size(); i++) {
                var block = blocks.get(i);
                int index = i;
                ops.unit(block.name(), () -> {
                    var joint = KeysValues.beside(ops, x.rows(), config.hidden(), index, context.outside());
                    block.forward(ops, x, txtRows, conditioning, context.rope(), joint, context.layout());
                });
            }
            return finalLayer.forward(ops, x.rows(txtRows, x.rows()), conditioning);
        });
    }
}
