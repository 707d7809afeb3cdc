package io.mural.model.flux2;

import io.mural.model.layers.Modulation;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/** FLUX.2 modulates all blocks of a kind alike: three layers for the whole model. */
record SharedModulation(Modulation img, Modulation txt, Modulation single) {
    static SharedModulation load(Weights weights, Flux2Config config) {
        return new SharedModulation(
                modulation(weights, "double_stream_modulation_img", config, 6),
                modulation(weights, "double_stream_modulation_txt", config, 6),
                modulation(weights, "single_stream_modulation", config, 3));
    }

    private static Modulation modulation(Weights weights, String name, Flux2Config config, int vectors) {
        return new Modulation(weights.linearNoBias(name + ".linear", config.hidden(), vectors * config.hidden()));
    }

    /** What text and image are modulated by in one kind of block at one timestep. */
    record Branches(Modulation.Out txt, Modulation.Out img) {}

    /** The modulation of all blocks at one timestep. */
    record Step(Branches doubleBlocks, Branches singleBlocks) {}

    /** @param conditioning [1, hidden] */
    Step forward(Ops ops, Tensor conditioning) {
        var both = single.forward(ops, conditioning);
        return new Step(
                new Branches(txt.forward(ops, conditioning), img.forward(ops, conditioning)), new Branches(both, both));
    }
}
