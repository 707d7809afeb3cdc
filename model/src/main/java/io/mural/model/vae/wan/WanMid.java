package io.mural.model.vae.wan;

import io.mural.tensor.Ops;
import io.mural.weights.names.Weights;
import java.util.List;

/** The blocks at the coarsest level, with the attention within each frame. */
record WanMid(WanResnet before, FrameAttention attention, WanResnet after) {
    static WanMid load(Weights block, int channels) {
        return new WanMid(
                WanResnet.load(block.under("resnets.0"), channels, channels),
                FrameAttention.load(block.under("attentions.0"), channels),
                WanResnet.load(block.under("resnets.1"), channels, channels));
    }

    List<FrameLayer> open(Ops ops, int height, int width) {
        return List.of(
                before.open("mid_block.resnets.0", ops, height, width),
                attention.open("mid_block.attentions.0", ops),
                after.open("mid_block.resnets.1", ops, height, width));
    }
}
