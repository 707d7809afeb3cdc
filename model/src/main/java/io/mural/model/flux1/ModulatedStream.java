package io.mural.model.flux1;

import io.mural.model.layers.Modulation;
import io.mural.model.layers.Stream;
import io.mural.model.layers.StreamPass;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;

/** A stream of FLUX.1: every block has modulations of its own. */
public sealed interface ModulatedStream extends Stream permits DoubleStream, SingleStream {
    Modulation modulation();

    /**
     * @param x [tokens, hidden]
     * @param conditioning [1, hidden]
     * @param rope positions of these tokens
     */
    default StreamPass pass(Ops ops, Tensor x, Tensor conditioning, Rope rope) {
        return new StreamPass(this, x, modulation().forward(ops, conditioning), rope);
    }
}
