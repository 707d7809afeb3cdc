package io.mural.model.wan;

import io.mural.model.layers.KeysValues;
import io.mural.tensor.Activation;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/**
 * The layers of one attention: projections, RMSNorm of queries and keys over all heads together, and the way out.
 *
 * @param normQ [hidden]
 * @param normK [hidden]
 */
record WanProjections(
        Linear toQ, Linear toK, Linear toV, Linear toOut, Tensor normQ, Tensor normK, int heads, float eps) {

    static WanProjections load(Weights attn, WanConfig config) {
        int hidden = config.hidden();
        return new WanProjections(
                attn.linear("to_q", hidden, hidden),
                attn.linear("to_k", hidden, hidden),
                attn.linear("to_v", hidden, hidden),
                attn.linear("to_out.0", hidden, hidden),
                attn.vector("norm_q.weight", hidden),
                attn.vector("norm_k.weight", hidden),
                config.numAttentionHeads(),
                config.eps());
    }

    /** The queries of {@code x} [tokens, hidden], not rotated. */
    Tensor queries(Ops ops, Tensor x) {
        var q = ops.linear(x, toQ);
        ops.rmsNorm(q, q, normQ, eps);
        return q;
    }

    /** Writes the keys, not rotated, and the values of {@code x} [tokens, hidden] to their rows {@code out}. */
    void keys(Ops ops, KeysValues out, Tensor x) {
        ops.linear(out.k(), x, toK, Activation.NONE);
        ops.linear(out.v(), x, toV, Activation.NONE);
        ops.rmsNorm(out.k(), out.k(), normK, eps);
    }
}
