package io.mural.model.flux1;

import io.mural.model.layers.KeysValues;
import io.mural.model.layers.StreamPass;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.Optional;

/**
 * A block: text and image meet in one attention (MMDiT, arXiv 2403.03206). In the double blocks they have weights of
 * their own, in the single blocks they share them.
 *
 * @param name of its weights, such as {@code transformer_blocks.7}
 * @param txt the text's own stream; empty where text passes through the image's, so that one product takes all tokens
 */
public record JointBlock(String name, Optional<ModulatedStream> txt, ModulatedStream img) {
    /** @param imgWeights as {@code weights}, with adapters of the image tokens alone; empty where there are none */
    public static JointBlock doubleStream(Weights weights, Optional<Weights> imgWeights, int i, Flux1Config config) {
        var name = doubleName(i);
        return new JointBlock(
                name,
                Optional.of(DoubleStream.text(weights.under(name), config)),
                DoubleStream.image(imgWeights.orElse(weights).under(name), config));
    }

    /** @param imgWeights as {@code weights}, with adapters of the image tokens alone; empty where there are none */
    public static JointBlock singleStream(Weights weights, Optional<Weights> imgWeights, int i, Flux1Config config) {
        var name = singleName(i);
        return new JointBlock(
                name,
                imgWeights.map(own -> SingleStream.load(weights.under(name), config)),
                SingleStream.load(imgWeights.orElse(weights).under(name), config));
    }

    static String doubleName(int i) {
        return "transformer_blocks." + i;
    }

    static String singleName(int i) {
        return "single_transformer_blocks." + i;
    }

    /**
     * @param x [txt + img, hidden], text rows first; changed in place
     * @param txtRows number of text rows
     * @param conditioning [1, hidden]
     * @param joint room for the keys and values of these tokens, then those of the guide
     * @param layout queries of these tokens over all of {@code joint}
     */
    public void forward(
            Ops ops, Tensor x, int txtRows, Tensor conditioning, Rope rope, KeysValues joint, AttentionLayout layout) {
        int rows = x.rows();
        int imgFrom = txt.isPresent() ? txtRows : 0;
        var passes = new ArrayList<StreamPass>();
        txt.ifPresent(
                stream -> passes.add(stream.pass(ops, x.rows(0, txtRows), conditioning, rope.tokens(0, txtRows))));
        passes.add(img.pass(ops, x.rows(imgFrom, rows), conditioning, rope.tokens(imgFrom, rows)));
        StreamPass.through(ops, passes, joint, layout);
    }
}
