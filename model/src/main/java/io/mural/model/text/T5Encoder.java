package io.mural.model.text;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Matrix;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * The encoder of T5 v1.1 (arXiv 1910.10683, 2002.05202; transformers' {@code T5EncoderModel}). As in the FLUX
 * pipeline no token is masked: padding is attended to.
 */
public final class T5Encoder {
    private final T5Config config;
    private final Matrix shared;
    private final RelativeBias relativeBias;
    private final List<T5Layer> layers = new ArrayList<>();
    private final Tensor finalNorm;

    public T5Encoder(T5Config config, Weights weights) {
        this.config = config;
        shared = weights.matrix("shared.weight", config.vocabSize(), config.dModel());
        // Only layer 0 has the table; all layers use it.
        relativeBias = new RelativeBias(
                weights.matrix(
                        "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                        config.relativeAttentionNumBuckets(),
                        config.numHeads()),
                config.relativeAttentionMaxDistance());
        for (int i = 0; i < config.numLayers(); i++) {
            layers.add(T5Layer.load(weights.under("encoder.block." + i), config));
        }
        finalNorm = weights.vector("encoder.final_layer_norm.weight", config.dModel());
    }

    public T5Config config() {
        return config;
    }

    /** The row of the table of relative positions that a distance takes, for distances 1 - tokens to tokens - 1. */
    public int[] distanceBuckets(int tokens) {
        return relativeBias.buckets(tokens);
    }

    /** [tokens, dModel] for every token of {@code ids}, a tensor of the current unit. */
    public Tensor forward(Ops ops, int[] ids) {
        return ops.unit("encoder", () -> {
            var x = ops.embedding(shared, ids);
            var bias = relativeBias.forDistances(ops, ids.length);
            var layout = AttentionLayout.dense(ids.length, ids.length);
            for (int i = 0; i < layers.size(); i++) {
                var layer = layers.get(i);
                ops.unit("encoder.block." + i, () -> layer.forward(ops, x, bias, layout));
            }
            return ops.rmsNorm(x, finalNorm, config.layerNormEpsilon());
        });
    }
}
