package io.mural.model.wan;

import io.mural.weights.names.Weights;

/** How a transformer's blocks attend within a clip. */
public interface AttentionPattern {
    /** Every block attends densely: Wan 2.1 as it was published. */
    AttentionPattern DENSE = (attn, config, block) -> new DenseAttention(WanProjections.load(attn, config));

    /** The self-attention of a block. */
    SelfAttention attention(Weights attn, WanConfig config, int block);

    /** What block number {@code block} has, in every block. */
    default AttentionPattern of(int block) {
        return (attn, config, any) -> attention(attn, config, block);
    }
}
