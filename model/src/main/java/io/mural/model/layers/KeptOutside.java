package io.mural.model.layers;

import io.mural.tensor.Ops;
import java.util.List;

/**
 * Tokens from outside, computed once and kept: keys and values of every block.
 *
 * @param blocks each [tokens, hidden], of the unit that they were made in
 */
record KeptOutside(List<KeysValues> blocks) implements Outside {
    KeptOutside {
        blocks = List.copyOf(blocks);
    }

    /** Computes {@code outside} once, into tensors of the current unit. */
    static KeptOutside of(Ops ops, Outside outside, int blocks, int hidden) {
        var kept = new KeysValues[blocks];
        for (int i = 0; i < blocks; i++) {
            int block = i;
            kept[i] = KeysValues.empty(ops, outside.tokens(), hidden);
            ops.unit(Outside.unit(i), () -> outside.keys(ops, block, kept[block]));
        }
        return new KeptOutside(List.of(kept));
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
