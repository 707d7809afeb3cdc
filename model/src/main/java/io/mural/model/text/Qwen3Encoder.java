package io.mural.model.text;

import io.mural.model.layers.Positions;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.InputException;
import io.mural.tensor.Matrix;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * A Qwen3 language model as FLUX.2 klein reads prompts with it (transformers' {@code Qwen3ForCausalLM}): the hidden
 * states after some of its layers. Layers beyond the last of them are neither read nor run.
 */
public final class Qwen3Encoder {
    private final Qwen3Config config;
    private final List<Integer> outputs;
    private final Matrix embedTokens;
    private final List<Qwen3Layer> layers = new ArrayList<>();

    /** @param outputs after which layers the hidden states are taken, ascending; the first layer is 1 */
    public Qwen3Encoder(Qwen3Config config, List<Integer> outputs, Weights file) {
        this.config = config;
        this.outputs = List.copyOf(outputs);
        int previous = 0;
        for (int output : outputs) {
            // after the last layer transformers applies the final norm too
            if (output <= previous || output >= config.numHiddenLayers()) {
                throw new InputException("hidden states after layers " + outputs + " of a text encoder of "
                        + config.numHiddenLayers() + " layers: expected ascending numbers from 1 to "
                        + (config.numHiddenLayers() - 1) + "; the text encoder is of another model");
            }
            previous = output;
        }
        var weights = file.under("model");
        embedTokens = weights.matrix("embed_tokens.weight", config.vocabSize(), config.hiddenSize());
        for (int i = 0; i < previous; i++) {
            layers.add(Qwen3Layer.load(weights.under("layers." + i), config));
        }
    }

    /** Layers that are read and run. */
    public int layers() {
        return layers.size();
    }

    /** Features of a token: those of all hidden states taken. */
    public int width() {
        return outputs.size() * config.hiddenSize();
    }

    /**
     * @param ids of tokens, padding at the end
     * @param used how many come before the padding, which no token attends to
     * @return the hidden states side by side, [tokens, {@link #width()}], a tensor of the current unit
     */
    public Tensor forward(Ops ops, int[] ids, int used) {
        return ops.unit("model", () -> {
            var x = ops.embedding(embedTokens, ids);
            var rope = positions(ops, ids.length);
            var layout = AttentionLayout.causal(ids.length, used);
            var states = ops.empty(ids.length, width());
            for (int i = 0; i < layers.size(); i++) {
                var layer = layers.get(i);
                ops.unit("layers." + i, () -> layer.forward(ops, x, rope, layout));
                int taken = outputs.indexOf(i + 1);
                if (taken >= 0) {
                    int hidden = config.hiddenSize();
                    ops.copy(states.columns(taken * hidden, (taken + 1) * hidden), x);
                }
            }
            return states;
        });
    }

    private Rope positions(Ops ops, int tokens) {
        var ids = new int[tokens][1];
        for (int i = 0; i < tokens; i++) {
            ids[i][0] = i;
        }
        return new Positions(new int[] {config.headDim()}, config.ropeTheta(), Rope.Pairs.HALVES).table(ops, ids);
    }
}
