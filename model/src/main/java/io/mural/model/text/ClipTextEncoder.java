package io.mural.model.text;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.InputException;
import io.mural.tensor.Matrix;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;

/** The text half of CLIP (arXiv 2103.00020; transformers' {@code CLIPTextModel}). */
public final class ClipTextEncoder {
    private final ClipConfig config;
    private final Matrix tokenEmbedding;
    private final Matrix positionEmbedding;
    private final List<ClipLayer> layers = new ArrayList<>();
    private final Tensor normWeight;
    private final Tensor normBias;

    public ClipTextEncoder(ClipConfig config, Weights file) {
        var weights = file.under("text_model");
        this.config = config;
        int hidden = config.hiddenSize();
        tokenEmbedding = weights.matrix("embeddings.token_embedding.weight", config.vocabSize(), hidden);
        positionEmbedding =
                weights.matrix("embeddings.position_embedding.weight", config.maxPositionEmbeddings(), hidden);
        for (int i = 0; i < config.numHiddenLayers(); i++) {
            layers.add(ClipLayer.load(weights.under("encoder.layers." + i), config.layer()));
        }
        normWeight = weights.vector("final_layer_norm.weight", hidden);
        normBias = weights.vector("final_layer_norm.bias", hidden);
    }

    public ClipConfig config() {
        return config;
    }

    /**
     * @param hidden [tokens, hiddenSize], after the final norm
     * @param pooled [1, hiddenSize]: the row of the first end token
     */
    public record Output(Tensor hidden, Tensor pooled) {}

    public Output forward(Ops ops, int[] ids) {
        if (ids.length > config.maxPositionEmbeddings()) {
            throw new InputException(ids.length + " tokens are more than the " + config.maxPositionEmbeddings()
                    + " positions of the CLIP text encoder");
        }
        var hidden = ops.unit("text_model", () -> {
            var x = ops.embedding(tokenEmbedding, ids);
            var positions = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                positions[i] = i;
            }
            ops.add(x, ops.embedding(positionEmbedding, positions));
            var layout = AttentionLayout.causal(ids.length);
            for (int i = 0; i < layers.size(); i++) {
                var layer = layers.get(i);
                ops.unit("encoder.layers." + i, () -> layer.forward(ops, x, layout));
            }
            return ops.layerNorm(x, normWeight, normBias, config.layerNormEps());
        });
        int end = firstEnd(ids);
        return new Output(hidden, hidden.rows(end, end + 1));
    }

    private int firstEnd(int[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == config.eosTokenId()) {
                return i;
            }
        }
        throw new InputException("the token ids hold no end token " + config.eosTokenId()
                + "; the tokenizer and the CLIP text encoder do not belong together");
    }
}
