package io.mural.model.flux2;

import io.mural.model.layers.Qkv;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.Weights;

/** A double-stream block: text and image keep their own weights and meet in one attention (MMDiT, arXiv 2403.03206). */
record DoubleBlock(Stream txt, Stream img, int heads) {
    static DoubleBlock load(Weights block, Flux2Config config) {
        return new DoubleBlock(Stream.text(block, config), Stream.image(block, config), config.numAttentionHeads());
    }

    /**
     * @param x [txt + img, hidden], text rows first; changed in place
     * @param txtRows number of text rows
     */
    void forward(Ops ops, Tensor x, int txtRows, SharedModulation.Step step, Rope rope, AttentionLayout layout) {
        int rows = x.rows();
        var txtX = x.rows(0, txtRows);
        var imgX = x.rows(txtRows, rows);

        var qkv = Qkv.empty(ops, rows, x.cols());
        var txtNormed = step.txt().getFirst().modulate(ops, txtX);
        var imgNormed = step.img().getFirst().modulate(ops, imgX);
        txt.qkv().forward(ops, qkv.tokens(0, txtRows), txtNormed, rope.tokens(0, txtRows));
        img.qkv().forward(ops, qkv.tokens(txtRows, rows), imgNormed, rope.tokens(txtRows, rows));
        var joint = ops.empty(rows, x.cols()); // [txt + img, hidden]
        qkv.attend(ops, joint, heads, layout);

        txt.residual(ops, txtX, joint.rows(0, txtRows), step.txt());
        img.residual(ops, imgX, joint.rows(txtRows, rows), step.img());
    }
}
