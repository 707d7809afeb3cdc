package io.mural.model.vae.wan;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;

/**
 * Layers one behind the other. A frame goes as far as it can before the next begins, so beside what the layers remember
 * there is one frame between them at a time.
 *
 * @param sink told the frames that leave the last layer; each is released when the sink returns
 */
record FrameChain(Ops ops, List<FrameLayer> layers, Consumer<Tensor> sink) {
    FrameChain {
        layers = List.copyOf(layers);
    }

    /** Takes the next frame, of the current scope, and releases it. */
    void push(Tensor frame) {
        from(0, frame);
    }

    private void from(int layer, Tensor frame) {
        if (layer < layers.size()) {
            layers.get(layer).push(ops, frame, next -> from(layer + 1, next));
        } else {
            sink.accept(frame);
            ops.workspace().release(frame);
        }
    }
}
