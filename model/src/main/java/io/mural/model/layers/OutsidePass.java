package io.mural.model.layers;

import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.List;

/**
 * Tokens from outside that go through the blocks beside the picture's, anew in every evaluation.
 *
 * @param latents [tokens, features]
 * @param xEmbedder from features to hidden
 * @param blocks the way of these tokens through each
 * @param layout of the tokens among themselves
 * @param x [tokens, hidden], changed by each block
 */
public record OutsidePass(Tensor latents, Linear xEmbedder, List<Block> blocks, AttentionLayout layout, Tensor x)
        implements Outside {
    public OutsidePass {
        blocks = List.copyOf(blocks);
    }

    /** A block, as tokens from outside go through it. */
    public interface Block {
        /** @param x [tokens, hidden] */
        StreamPass pass(Ops ops, Tensor x);
    }

    /** These tokens as {@code memory} says, in tensors of the current unit. */
    public static Outside of(
            Ops ops,
            Tensor latents,
            Linear xEmbedder,
            List<Block> blocks,
            AttentionLayout layout,
            OutsideMemory memory) {
        var x = ops.empty(latents.rows(), xEmbedder.out());
        var pass = new OutsidePass(latents, xEmbedder, blocks, layout, x);
        return switch (memory) {
            case KEEP -> KeptOutside.of(ops, pass, blocks.size(), xEmbedder.out());
            case RECOMPUTE -> pass;
        };
    }

    @Override
    public int tokens() {
        return x.rows();
    }

    @Override
    public void keys(Ops ops, int block, KeysValues out) {
        if (block == 0) {
            ops.linear(x, latents, xEmbedder, Activation.NONE);
        }
        var pass = blocks.get(block).pass(ops, x);
        pass.keys(ops, out);
        if (block < blocks.size() - 1) {
            pass.update(ops, out, layout);
        }
    }
}
