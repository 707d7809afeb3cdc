package io.mural.model.layers;

import io.mural.tensor.Activation;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/**
 * The way into FLUX's attention: projections, RMSNorm of each head of q and k, rotary positions.
 *
 * @param normQ [headDim]
 * @param normK [headDim]
 */
public record QkvProjection(Linear toQ, Linear toK, Linear toV, Tensor normQ, Tensor normK) {
    private static final float EPS = 1e-6f;

    /** Reads {@code q}, {@code k}, {@code v} and the norms {@code normQ}, {@code normK} of an attention layer. */
    public static QkvProjection load(
            Weights attn, String q, String k, String v, String normQ, String normK, int hidden, int headDim) {
        return new QkvProjection(
                attn.linear(q, hidden, hidden),
                attn.linear(k, hidden, hidden),
                attn.linear(v, hidden, hidden),
                attn.vector(normQ + ".weight", headDim),
                attn.vector(normK + ".weight", headDim));
    }

    /**
     * @param out rows of the tokens of {@code x}
     * @param x [tokens, hidden]
     * @param rope positions of these tokens
     */
    public void keys(Ops ops, KeysValues out, Tensor x, Rope rope) {
        ops.linear(out.k(), x, toK, Activation.NONE);
        ops.linear(out.v(), x, toV, Activation.NONE);
        ops.normRope(out.k(), normK, EPS, rope);
    }

    /** As {@link #keys} for the queries, [tokens, hidden]. */
    public Tensor queries(Ops ops, Tensor x, Rope rope) {
        var q = ops.linear(x, toQ);
        ops.normRope(q, normQ, EPS, rope);
        return q;
    }
}
