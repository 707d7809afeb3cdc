package io.mural.model.text;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Matrix;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * The encoder of umT5 (arXiv 2304.09151; transformers' {@code UMT5EncoderModel}): T5's layers, each with a table of
 * relative positions of its own. Padding is masked, and tokens meet in attention alone, so only a text's own tokens are
 * computed.
 */
public final class UmT5Encoder {
    private final T5Config config;
    private final Matrix shared;
    private final List<Layer> layers = new ArrayList<>();
    private final Tensor finalNorm;

    private record Layer(T5Layer layer, RelativeBias bias) {}

    public UmT5Encoder(T5Config config, Weights weights) {
        this.config = config;
        shared = weights.matrix("shared.weight", config.vocabSize(), config.dModel());
        for (int i = 0; i < config.numLayers(); i++) {
            var block = weights.under("encoder.block." + i);
            var table = block.matrix(
                    "layer.0.SelfAttention.relative_attention_bias.weight",
                    config.relativeAttentionNumBuckets(),
                    config.numHeads());
            layers.add(new Layer(
                    T5Layer.load(block, config), new RelativeBias(table, config.relativeAttentionMaxDistance())));
        }
        finalNorm = weights.vector("encoder.final_layer_norm.weight", config.dModel());
    }

    public T5Config config() {
        return config;
    }

    /** [tokens, dModel] for every token of {@code ids}, which hold no padding; a tensor of the current unit. */
    public Tensor forward(Ops ops, int[] ids) {
        return ops.unit("encoder", () -> {
            var x = ops.embedding(shared, ids);
            var layout = AttentionLayout.dense(ids.length, ids.length);
            for (int i = 0; i < layers.size(); i++) {
                var layer = layers.get(i);
                ops.unit(
                        "encoder.block." + i,
                        () -> layer.layer().forward(ops, x, layer.bias().forDistances(ops, ids.length), layout));
            }
            return ops.rmsNorm(x, finalNorm, config.layerNormEpsilon());
        });
    }
}
