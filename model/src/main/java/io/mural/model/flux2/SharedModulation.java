package io.mural.model.flux2;

import io.mural.model.layers.Modulation;
import io.mural.model.layers.Modulation.Branch;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.Weights;
import java.util.List;

/** FLUX.2 modulates all blocks of a kind alike: three layers for the whole model. */
record SharedModulation(Modulation img, Modulation txt, Modulation single) {
    static SharedModulation load(Weights weights, Flux2Config config) {
        int hidden = config.hidden();
        return new SharedModulation(
                new Modulation(linear(weights, "double_stream_modulation_img", hidden, 6 * hidden)),
                new Modulation(linear(weights, "double_stream_modulation_txt", hidden, 6 * hidden)),
                new Modulation(linear(weights, "single_stream_modulation", hidden, 3 * hidden)));
    }

    private static Linear linear(Weights weights, String name, int in, int out) {
        return weights.linearNoBias(name + ".linear", in, out);
    }

    /**
     * The modulation at one timestep.
     *
     * @param img of the image in double blocks: one branch for the attention, one for the feed-forward layer
     * @param txt of the text in double blocks, likewise
     * @param single of single blocks
     */
    record Step(List<Branch> img, List<Branch> txt, Branch single) {}

    /** @param conditioning [1, hidden] */
    Step forward(Ops ops, Tensor conditioning) {
        return new Step(
                img.forward(ops, conditioning),
                txt.forward(ops, conditioning),
                single.forward(ops, conditioning).getFirst());
    }
}
