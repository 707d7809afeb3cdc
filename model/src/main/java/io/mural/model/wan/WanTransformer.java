package io.mural.model.wan;

import io.mural.model.layers.KeysValues;
import io.mural.model.layers.Mlp;
import io.mural.model.layers.Positions;
import io.mural.model.layers.Sinusoid;
import io.mural.tensor.Activation;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Wan 2.1's text-to-video transformer (arXiv 2503.20314; diffusers' {@code WanTransformer3DModel}). Several prompts, as
 * classifier-free guidance has them, go through each block together: the weights are read once, and what comes before
 * the first look at the prompt is computed once.
 */
public final class WanTransformer {
    private static final double THETA = 10000;

    private final WanConfig config;
    private final Positions positions;
    private final Linear patchEmbedding;
    private final Mlp textEmbedder;
    private final Mlp timeEmbedder;
    private final Linear timeProj;
    private final List<WanBlock> blocks = new ArrayList<>();
    private final Tensor headTable;
    private final Linear projOut;

    /** @param pattern how the tokens of each block attend to each other */
    public WanTransformer(WanConfig config, AttentionPattern pattern, Weights weights) {
        this.config = config;
        int hidden = config.hidden();
        positions = new Positions(config.axes(), THETA);
        patchEmbedding = weights.patches("patch_embedding", config.inChannels() * WanLatents.PATCH, hidden);
        var embedder = weights.under("condition_embedder");
        textEmbedder = mlp(embedder.under("text_embedder"), config.textDim(), Activation.GELU_TANH, hidden);
        timeEmbedder = mlp(embedder.under("time_embedder"), config.freqDim(), Activation.SILU, hidden);
        timeProj = embedder.linear("time_proj", hidden, 6 * hidden);
        for (int i = 0; i < config.numLayers(); i++) {
            var block = weights.under("blocks." + i);
            blocks.add(WanBlock.load(block, pattern.attention(block.under("attn1"), config, i), config));
        }
        headTable = weights.table("scale_shift_table", 2, hidden);
        projOut = weights.linear("proj_out", hidden, config.outChannels() * WanLatents.PATCH);
    }

    private static Mlp mlp(Weights embedder, int in, Activation f, int hidden) {
        return new Mlp(embedder.linear("linear_1", in, hidden), f, embedder.linear("linear_2", hidden, hidden));
    }

    public WanConfig config() {
        return config;
    }

    /** The attention of a block that has UltraGen's layers, to be judged by itself; empty for others. */
    public Optional<UltraGenAttention> ultraGen(int block) {
        return blocks.get(block).attn1() instanceof UltraGenAttention attention
                ? Optional.of(attention)
                : Optional.empty();
    }

    /** Positions of all tokens of a clip, tensors of the current unit. */
    public Rope positions(Ops ops, TokenGrid grid) {
        return positions.table(ops, grid.positions());
    }

    /**
     * What every block sees of a prompt, in every step: keys and values of its cross-attention, tensors of the current
     * unit.
     *
     * @param embeds [rows, textDim], of all the text encoder's rows: those behind the prompt's tokens count too
     */
    public WanText text(Ops ops, Tensor embeds) {
        var layers = new ArrayList<KeysValues>();
        for (int i = 0; i < blocks.size(); i++) {
            layers.add(KeysValues.empty(ops, embeds.rows(), config.hidden()));
        }
        ops.unit("text_embedder", () -> {
            var text = textEmbedder.forward(ops, embeds);
            for (int i = 0; i < blocks.size(); i++) {
                blocks.get(i).attn2().keys(ops, layers.get(i), text);
            }
        });
        return new WanText(layers);
    }

    /**
     * The velocities of a clip, one for each prompt.
     *
     * @param latents [tokens, 4 x inChannels], features in the order channel, row, column
     * @param timestep the noise level, 0 to 1000
     * @return each [tokens, 4 x outChannels], features in the order row, column, channel
     */
    public List<Tensor> forward(
            Ops ops, Tensor latents, double timestep, TokenGrid grid, Rope rope, List<WanText> texts) {
        var clip = new Clip(grid, rope, timestep);
        var time = ops.unit("time_embedder", () -> timeEmbedder.forward(ops, sinusoid(ops, timestep)));
        var modulation = ops.unit("time_proj", () -> {
            var conditioning = ops.empty(1, time.cols());
            ops.copy(conditioning, time);
            ops.activate(conditioning, Activation.SILU);
            return ops.linear(conditioning, timeProj);
        });
        var streams = new ArrayList<Tensor>();
        streams.add(ops.unit("patch_embedding", () -> ops.linear(latents, patchEmbedding)));
        for (int i = 1; i < texts.size(); i++) {
            streams.add(ops.empty(latents.rows(), config.hidden()));
        }
        for (int i = 0; i < blocks.size(); i++) {
            int number = i;
            ops.unit("blocks." + i, () -> block(ops, number, streams, modulation.reshape(6, time.cols()), clip, texts));
        }
        var velocities = new ArrayList<Tensor>();
        for (var x : streams) {
            velocities.add(ops.unit("head", x, in -> head(ops, in, time)));
        }
        return velocities;
    }

    private Tensor sinusoid(Ops ops, double timestep) {
        return ops.tensor(Sinusoid.of(timestep, config.freqDim()), 1, config.freqDim());
    }

    /** All streams through one block. Before the first look at a prompt they are one. */
    private void block(Ops ops, int number, List<Tensor> streams, Tensor time, Clip clip, List<WanText> texts) {
        var block = blocks.get(number);
        var modulation = block.modulation(ops, time);
        var first = streams.getFirst();
        for (var x : streams) {
            if (number > 0 || x == first) {
                block.attend(ops, x, modulation, clip);
            } else {
                ops.copy(x, first);
            }
        }
        for (int i = 0; i < streams.size(); i++) {
            block.feedForward(
                    ops, streams.get(i), modulation, texts.get(i).layers().get(number));
        }
    }

    private Tensor head(Ops ops, Tensor x, Tensor time) {
        var table = ops.empty(2, x.cols());
        ops.copy(table, headTable);
        ops.add(table, time);
        var out = ops.empty(x.rows(), projOut.out());
        Chunks.of(ops, "tokens", x.rows(), (from, to) -> {
            var normed = ops.modulatedNorm(x.rows(from, to), table.rows(0, 1), table.rows(1, 2), config.eps());
            ops.linear(out.rows(from, to), normed, projOut, Activation.NONE);
        });
        return out;
    }
}
