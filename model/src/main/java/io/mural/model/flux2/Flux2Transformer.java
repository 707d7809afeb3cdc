package io.mural.model.flux2;

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
 * The FLUX.2 transformer: predicts the velocity of noisy latent tokens from text (black-forest-labs/flux2, diffusers'
 * {@code Flux2Transformer2DModel}). No layer has a bias.
 */
public final class Flux2Transformer {
    private final Flux2Config config;
    private final Linear xEmbedder;
    private final Linear contextEmbedder;
    private final Conditioning timeGuidanceEmbed;
    private final SharedModulation modulation;
    private final List<JointBlock> blocks = new ArrayList<>();
    private final FinalLayer finalLayer;

    public Flux2Transformer(Flux2Config config, Weights weights) {
        this(config, weights, Optional.empty());
    }

    /** @param imgWeights as {@code weights}, with adapters of the image tokens alone; empty where there are none */
    public Flux2Transformer(Flux2Config config, Weights weights, Optional<Weights> imgWeights) {
        this.config = config;
        xEmbedder = imgWeights.orElse(weights).linearNoBias("x_embedder", config.inChannels(), config.hidden());
        contextEmbedder = weights.linearNoBias("context_embedder", config.jointAttentionDim(), config.hidden());
        timeGuidanceEmbed = Conditioning.load(weights.under("time_guidance_embed"), config);
        modulation = SharedModulation.load(weights, config);
        for (int i = 0; i < config.numLayers(); i++) {
            blocks.add(JointBlock.doubleStream(weights, imgWeights, i, config));
        }
        for (int i = 0; i < config.numSingleLayers(); i++) {
            blocks.add(JointBlock.singleStream(weights, imgWeights, i, config));
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
     * @param layout queries of text and image tokens over their keys and then those from outside
     * @param outside tokens of a guide or of reference pictures
     */
    public record Context(Tensor txt, double guidance, Rope rope, AttentionLayout layout, Optional<Outside> outside) {
        /** Text and image alone, every token seeing every other. */
        public Context(Tensor txt, double guidance, Rope rope) {
            this(txt, guidance, rope, AttentionLayout.dense(rope.tokens(), rope.tokens()), Optional.empty());
        }

        /** Every token of text and image seeing every other and all from outside. */
        public Context(Tensor txt, double guidance, Rope rope, Outside outside) {
            this(
                    txt,
                    guidance,
                    rope,
                    AttentionLayout.dense(rope.tokens(), rope.tokens() + outside.tokens()),
                    Optional.of(outside));
        }
    }

    /** Positions (time, row, column, text): text tokens count along their own axis, image tokens lie in a raster. */
    public Rope positions(Ops ops, int txtTokens, int gridHeight, int gridWidth) {
        return positions(ops, txtTokens, new WindowOrder(gridHeight, gridWidth, gridWidth), 1);
    }

    /** As the first, with tokens of other pictures behind, each in raster order at a time of its own. */
    public Rope positions(Ops ops, int txtTokens, Grid grid, List<CleanTokens.Raster> others) {
        int own = txtTokens + grid.tokens();
        int tokens = own;
        for (var other : others) {
            tokens += other.tokens();
        }
        var ids = new int[tokens][Flux2Config.AXES];
        for (int i = 0; i < txtTokens; i++) {
            ids[i][Flux2Config.TEXT_AXIS] = i;
        }
        raster(ids, txtTokens, new CleanTokens.Raster(0, grid.height(), grid.width(), 1));
        int from = own;
        for (var other : others) {
            raster(ids, from, other);
            from += other.tokens();
        }
        return config.positions(1).table(ops, ids);
    }

    private static void raster(int[][] ids, int from, CleanTokens.Raster raster) {
        for (int i = 0; i < raster.tokens(); i++) {
            ids[from + i][Flux2Config.TIME_AXIS] = raster.time();
            ids[from + i][Flux2Config.ROW_AXIS] = i / raster.width() * raster.stride();
            ids[from + i][Flux2Config.COLUMN_AXIS] = i % raster.width() * raster.stride();
        }
    }

    /** Positions of text and of image tokens in windows, with the base of the frequencies times {@code ntkFactor}. */
    public Rope positions(Ops ops, int txtTokens, TokenOrder order, double ntkFactor) {
        var ids = new int[txtTokens + order.tokens()][Flux2Config.AXES];
        for (int i = 0; i < txtTokens; i++) {
            ids[i][Flux2Config.TEXT_AXIS] = i;
        }
        for (int row = 0; row < order.height(); row++) {
            for (int column = 0; column < order.width(); column++) {
                int position = order.position(row, column);
                if (position < 0) {
                    continue;
                }
                int token = txtTokens + position;
                ids[token][Flux2Config.ROW_AXIS] = row;
                ids[token][Flux2Config.COLUMN_AXIS] = column;
            }
        }
        return config.positions(ntkFactor).table(ops, ids);
    }

    /**
     * One evaluation.
     *
     * @param latents [image tokens, inChannels], in the order of the context's positions
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

            for (int i = 0; i < blocks.size(); i++) {
                var block = blocks.get(i);
                int index = i;
                ops.unit(block.name(), () -> {
                    var joint = KeysValues.beside(ops, x.rows(), config.hidden(), index, context.outside());
                    block.forward(ops, x, txtRows, step, context.rope(), joint, context.layout());
                });
            }
            return finalLayer.forward(ops, x.rows(txtRows, x.rows()), conditioning);
        });
    }
}
