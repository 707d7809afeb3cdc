package io.mural.evaluate.network;

import io.mural.model.layers.Mlp;
import io.mural.model.text.ClipLayer;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.InputException;
import io.mural.tensor.Linear;
import io.mural.tensor.Matrix;
import io.mural.tensor.Ops;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The text half that belongs to {@link ClipResNet}, under OpenAI's names: heads of 64, queries, keys and values in one. */
public final class ClipResNetText implements TextEmbedder, AutoCloseable {
    private static final int HEAD = 64;
    private static final float EPS = 1e-5f;

    private final Checkpoint checkpoint;
    private final WeightCopies copies;
    private final Matrix tokenEmbedding;
    private final Matrix positions;
    private final List<ClipLayer> layers = new ArrayList<>();
    private final ClipLayer.Norm norm;
    private final Linear projection;

    private ClipResNetText(Checkpoint checkpoint, int heads) {
        this.checkpoint = checkpoint;
        copies = new WeightCopies(NamedWeights.of(checkpoint), "");
        try {
            var weights = Weights.of(checkpoint);
            var table = copies.shape("token_embedding.weight", 2);
            int hidden = table[1];
            if (heads == 0 && hidden % HEAD != 0) {
                throw copies.wrong("token_embedding.weight", "a width that divides into heads of " + HEAD);
            }
            tokenEmbedding = weights.matrix("token_embedding.weight", table[0], hidden);
            positions = weights.matrix("positional_embedding", copies.shape("positional_embedding", 2)[0], hidden);
            for (int i = 0; i < weights.blocks("transformer.resblocks"); i++) {
                layers.add(
                        layer(weights.under("transformer.resblocks." + i), hidden, heads == 0 ? hidden / HEAD : heads));
            }
            norm = ClipLayer.Norm.load(weights.under("ln_final"), hidden, EPS);
            projection = copies.transposed("text_projection", hidden);
        } catch (RuntimeException e) {
            copies.close();
            throw e;
        }
    }

    /** The text half in a safetensors file. */
    public static ClipResNetText load(Path path) {
        return load(path, 0);
    }

    /** As {@link #load(Path)}, with a number of heads other than the width over 64; 0 for that. */
    static ClipResNetText load(Path path, int heads) {
        var checkpoint = Checkpoint.open(path);
        try {
            return new ClipResNetText(checkpoint, heads);
        } catch (RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    private static ClipLayer layer(Weights layer, int hidden, int heads) {
        int intermediate = layer.shape("mlp.c_fc.weight").rows();
        var qkv = new Linear(
                layer.matrix("attn.in_proj_weight", 3 * hidden, hidden),
                Optional.of(layer.vector("attn.in_proj_bias", 3 * hidden)),
                List.of());
        return new ClipLayer(
                ClipLayer.Norm.load(layer.under("ln_1"), hidden, EPS),
                qkv.rows(0, hidden),
                qkv.rows(hidden, 2 * hidden),
                qkv.rows(2 * hidden, 3 * hidden),
                layer.linear("attn.out_proj", hidden, hidden),
                ClipLayer.Norm.load(layer.under("ln_2"), hidden, EPS),
                new Mlp(
                        layer.linear("mlp.c_fc", hidden, intermediate),
                        Activation.QUICK_GELU,
                        layer.linear("mlp.c_proj", intermediate, hidden)),
                heads);
    }

    @Override
    public int maxTokens() {
        return positions.rows();
    }

    /** The embedding at the end token, which has the largest id. */
    @Override
    public float[] text(Ops ops, int[] ids) {
        if (ids.length > maxTokens()) {
            throw new InputException(ids.length + " tokens are more than the " + maxTokens() + " positions of CLIP");
        }
        return Reading.values(ops, "transformer", () -> {
            var x = ops.embedding(tokenEmbedding, ids);
            ops.add(x, ops.embedding(positions, IntStream.range(0, ids.length).toArray()));
            var layout = AttentionLayout.causal(ids.length);
            for (int i = 0; i < layers.size(); i++) {
                var layer = layers.get(i);
                ops.unit("transformer.resblocks." + i, () -> layer.forward(ops, x, layout));
            }
            int end = end(ids);
            return ops.linear(norm.forward(ops, x.rows(end, end + 1)), projection);
        });
    }

    private static int end(int[] ids) {
        int end = 0;
        for (int i = 1; i < ids.length; i++) {
            if (ids[i] > ids[end]) {
                end = i;
            }
        }
        return end;
    }

    @Override
    public void close() {
        copies.close();
        checkpoint.close();
    }
}
