package io.mural.model.hierarchical;

import io.mural.model.layers.KeysValues;
import io.mural.tensor.Ops;
import java.util.List;

/**
 * A guide computed once and kept: keys and values of every block.
 *
 * @param blocks each [tokens, hidden], of the unit that the guide was made in
 */
public record GuideCache(List<KeysValues> blocks) implements Guide {
    public GuideCache {
        blocks = List.copyOf(blocks);
    }

    /** Computes {@code guide} once, into tensors of the current unit. */
    public static GuideCache of(Ops ops, Guide guide, int blocks, int hidden) {
        var kept = new KeysValues[blocks];
        for (int i = 0; i < blocks; i++) {
            int block = i;
            kept[i] = KeysValues.empty(ops, guide.tokens(), hidden);
            ops.unit("guide." + i, () -> guide.keys(ops, block, kept[block]));
        }
        return new GuideCache(List.of(kept));
    }

    /** Bytes that keeping a guide takes. */
    public static long bytes(int tokens, int blocks, int hidden) {
        return 2L * tokens * blocks * hidden * Float.BYTES;
    }

    @Override
    public int tokens() {
        return blocks.getFirst().tokens();
    }

    @Override
    public void keys(Ops ops, int block, KeysValues out) {
        ops.copy(out.k(), blocks.get(block).k());
        ops.copy(out.v(), blocks.get(block).v());
    }
}
