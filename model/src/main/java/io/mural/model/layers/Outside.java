package io.mural.model.layers;

import io.mural.tensor.Ops;

/**
 * Tokens from outside that the tokens of a picture see: a guide or reference pictures. Of them a picture takes keys and
 * values in every block. Those depend on neither the picture nor the step, because tokens from outside attend to each
 * other alone, at timestep 0.
 */
public interface Outside {
    int tokens();

    /**
     * Writes keys and values of a block. Within one evaluation blocks are asked for in order.
     *
     * @param block counted from 0
     * @param out [tokens, hidden]
     */
    void keys(Ops ops, int block, KeysValues out);

    /** The unit in which keys and values that are kept are computed, of a block counted from 0. */
    static String unit(int block) {
        return "outside." + block;
    }
}
