package io.mural.model.text;

import io.mural.model.layers.KeysValues;
import io.mural.model.layers.Mlp;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/** A pre-norm transformer layer of CLIP, the same in its text half and in its picture half. */
public record ClipLayer(
        Norm norm1, Linear qProj, Linear kProj, Linear vProj, Linear outProj, Norm norm2, Mlp mlp, int heads) {

    /** The sizes of a layer. */
    public record Sizes(int hidden, int intermediate, int heads, float eps) {}

    /** A layer norm with its weights, each [hidden]. */
    public record Norm(Tensor weight, Tensor bias, float eps) {
        public static Norm load(Weights norm, int hidden, float eps) {
            return new Norm(norm.vector("weight", hidden), norm.vector("bias", hidden), eps);
        }

        public Tensor forward(Ops ops, Tensor x) {
            return ops.layerNorm(x, weight, bias, eps);
        }
    }

    public static ClipLayer load(Weights layer, Sizes sizes) {
        int hidden = sizes.hidden();
        var attention = layer.under("self_attn");
        return new ClipLayer(
                Norm.load(layer.under("layer_norm1"), hidden, sizes.eps()),
                attention.linear("q_proj", hidden, hidden),
                attention.linear("k_proj", hidden, hidden),
                attention.linear("v_proj", hidden, hidden),
                attention.linear("out_proj", hidden, hidden),
                Norm.load(layer.under("layer_norm2"), hidden, sizes.eps()),
                new Mlp(
                        layer.linear("mlp.fc1", hidden, sizes.intermediate()),
                        Activation.QUICK_GELU,
                        layer.linear("mlp.fc2", sizes.intermediate(), hidden)),
                sizes.heads());
    }

    /** @param x [tokens, hidden], changed in place */
    public void forward(Ops ops, Tensor x, AttentionLayout layout) {
        var normed = norm1.forward(ops, x);
        var keys = new KeysValues(ops.linear(normed, kProj), ops.linear(normed, vProj));
        var attended = ops.empty(x.rows(), x.cols());
        keys.attend(ops, attended, ops.linear(normed, qProj), heads, layout);
        ops.add(x, ops.linear(attended, outProj));
        ops.add(x, mlp.forward(ops, norm2.forward(ops, x)));
    }
}
