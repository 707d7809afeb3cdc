package io.mural.model.flux1;

import io.mural.model.hierarchical.Guide;
import io.mural.model.layers.KeysValues;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * The third stream of the hierarchical method (arXiv 2510.16325): clean tokens of the smaller picture, with the image
 * stream's weights and a LoRA of their own, at timestep 0.
 */
public final class GuideBranch {
    /** Guide tokens are clean: the end of the way from noise to picture. */
    private static final double CLEAN = 0;

    private final Flux1Config config;
    private final Linear xEmbedder;
    private final Conditioning timeTextEmbed;
    private final List<ModulatedStream> streams = new ArrayList<>();

    /** @param weights the transformer's, with the hierarchical LoRA beside them */
    public GuideBranch(Flux1Config config, Weights weights) {
        this.config = config;
        xEmbedder = weights.linear("x_embedder", config.inChannels(), config.hidden());
        timeTextEmbed = Conditioning.load(weights.under("time_text_embed"), config);
        for (int i = 0; i < config.numLayers(); i++) {
            streams.add(DoubleStream.image(weights.under(JointBlock.doubleName(i)), config));
        }
        for (int i = 0; i < config.numSingleLayers(); i++) {
            streams.add(SingleStream.load(weights.under(JointBlock.singleName(i)), config));
        }
    }

    public int blocks() {
        return streams.size();
    }

    /**
     * What makes a guide.
     *
     * @param latents [tokens, inChannels], in raster order
     * @param pooled [1, pooledProjectionDim], as for the picture
     * @param guidance the distilled guidance scale, as for the picture
     * @param rope positions of the tokens
     * @param layout of the tokens among themselves
     */
    public record Given(Tensor latents, Tensor pooled, double guidance, Rope rope, AttentionLayout layout) {}

    /** Positions of a raster of guide tokens, {@code ratio} of the picture's tokens apart. */
    public Rope positions(Ops ops, int gridHeight, int gridWidth, int ratio, double ntkFactor) {
        var ids = new int[gridHeight * gridWidth][3];
        for (int i = 0; i < ids.length; i++) {
            ids[i][1] = i / gridWidth * ratio;
            ids[i][2] = i % gridWidth * ratio;
        }
        return config.positions(ntkFactor).table(ops, ids);
    }

    /** A guide that is computed anew in every evaluation, block by block; its tokens live as long as the current unit. */
    public Guide guide(Ops ops, Given given) {
        var conditioning = timeTextEmbed.forward(ops, CLEAN, given.guidance(), given.pooled());
        return new Recomputed(given, conditioning, ops.empty(given.latents().rows(), config.hidden()));
    }

    /** Its tokens x [tokens, hidden] go through the blocks beside the picture's. */
    private final class Recomputed implements Guide {
        private final Given given;
        private final Tensor conditioning;
        private final Tensor x;

        Recomputed(Given given, Tensor conditioning, Tensor x) {
            this.given = given;
            this.conditioning = conditioning;
            this.x = x;
        }

        @Override
        public int tokens() {
            return x.rows();
        }

        @Override
        public void keys(Ops ops, int block, KeysValues out) {
            if (block == 0) {
                ops.linear(x, given.latents(), xEmbedder, Activation.NONE);
            }
            var pass = streams.get(block).pass(ops, x, conditioning, given.rope());
            pass.keys(ops, out);
            if (block < streams.size() - 1) {
                pass.update(ops, out, given.layout());
            }
        }
    }
}
