package io.mural.model.vae.wan;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A layer of the autoencoder while a clip goes through it frame by frame. It remembers what it needs of the frames
 * before.
 */
interface FrameLayer {
    /**
     * Takes the next frame, which it releases, and gives what comes of it to {@code next}: none, one or two frames.
     *
     * @param frame [height, width, channels], of the scope around
     */
    void push(Ops ops, Tensor frame, Consumer<Tensor> next);

    /** A layer that makes one frame of each. */
    static FrameLayer oneForOne(String unit, Ops ops, UnaryOperator<Tensor> body) {
        return (on, frame, next) -> next.accept(on.unit(unit, frame, body));
    }
}
