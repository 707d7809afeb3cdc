package io.mural.model.hierarchical;

import io.mural.model.layers.KeysValues;
import io.mural.tensor.Ops;

/**
 * The guide as the picture sees it: keys and values in every block. They depend on neither the picture nor the step,
 * because guide tokens attend to guide tokens alone, at timestep 0.
 */
public interface Guide {
    int tokens();

    /**
     * Writes keys and values of a block. Within one evaluation blocks are asked for in order.
     *
     * @param block counted from 0
     * @param out [tokens, hidden]
     */
    void keys(Ops ops, int block, KeysValues out);
}
