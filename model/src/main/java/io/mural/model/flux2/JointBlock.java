package io.mural.model.flux2;

import io.mural.model.flux2.SharedModulation.Branches;
import io.mural.model.flux2.SharedModulation.Step;
import io.mural.model.layers.KeysValues;
import io.mural.model.layers.Stream;
import io.mural.model.layers.StreamPass;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Function;

/**
 * A block: text and image meet in one attention (MMDiT, arXiv 2403.03206). In the double blocks they have weights of
 * their own, in the single blocks they share them.
 *
 * @param name of its weights, such as {@code transformer_blocks.7}
 * @param txt the text's own stream; empty where text passes through the image's, so that one product takes all tokens
 * @param branches which of a timestep's modulations are its own
 */
record JointBlock(String name, Optional<Stream> txt, Stream img, Function<Step, Branches> branches) {
    /** @param imgWeights as {@code weights}, with adapters of the image tokens alone; empty where there are none */
    static JointBlock doubleStream(Weights weights, Optional<Weights> imgWeights, int i, Flux2Config config) {
        var name = "transformer_blocks." + i;
        return new JointBlock(
                name,
                Optional.of(DoubleStream.text(weights.under(name), config)),
                DoubleStream.image(imgWeights.orElse(weights).under(name), config),
                Step::doubleBlocks);
    }

    /** @param imgWeights as {@code weights}, with adapters of the image tokens alone; empty where there are none */
    static JointBlock singleStream(Weights weights, Optional<Weights> imgWeights, int i, Flux2Config config) {
        var name = "single_transformer_blocks." + i;
        return new JointBlock(
                name,
                imgWeights.map(own -> SingleStream.load(weights.under(name), config)),
                SingleStream.load(imgWeights.orElse(weights).under(name), config),
                Step::singleBlocks);
    }

    /**
     * @param x [txt + img, hidden], text rows first; changed in place
     * @param txtRows number of text rows
     * @param joint room for the keys and values of these tokens, then those from outside
     * @param layout queries of these tokens over all of {@code joint}
     */
    void forward(Ops ops, Tensor x, int txtRows, Step step, Rope rope, KeysValues joint, AttentionLayout layout) {
        int rows = x.rows();
        int imgFrom = txt.isPresent() ? txtRows : 0;
        var modulated = branches.apply(step);
        var passes = new ArrayList<StreamPass>();
        txt.ifPresent(stream ->
                passes.add(new StreamPass(stream, x.rows(0, txtRows), modulated.txt(), rope.tokens(0, txtRows))));
        passes.add(new StreamPass(img, x.rows(imgFrom, rows), modulated.img(), rope.tokens(imgFrom, rows)));
        StreamPass.through(ops, passes, joint, layout);
    }

    /** The way of image tokens alone through the block. */
    StreamPass imagePass(Tensor x, Step step, Rope rope) {
        return new StreamPass(img, x, branches.apply(step).img(), rope);
    }
}
