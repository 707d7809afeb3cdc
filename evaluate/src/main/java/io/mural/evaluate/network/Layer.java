package io.mural.evaluate.network;

import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.List;

/** A part of a convolutional network: [height, width, channels] to another picture. */
interface Layer {
    Tensor forward(Ops ops, Tensor x);

    /** How many channels come out where {@code in} go in; {@link InputException} when the weights take others. */
    int channels(int in);

    /** One after another. */
    static Layer chain(Layer... layers) {
        return new Chain(List.of(layers));
    }

    /** Each on the same picture, their channels side by side. */
    static Layer together(Layer... branches) {
        return new Together(List.of(branches));
    }

    /** See {@link #chain}. */
    record Chain(List<Layer> layers) implements Layer {
        @Override
        public Tensor forward(Ops ops, Tensor x) {
            for (var layer : layers) {
                x = layer.forward(ops, x);
            }
            return x;
        }

        @Override
        public int channels(int in) {
            for (var layer : layers) {
                in = layer.channels(in);
            }
            return in;
        }
    }

    /** See {@link #together}. */
    record Together(List<Layer> branches) implements Layer {
        @Override
        public Tensor forward(Ops ops, Tensor x) {
            var parts = branches.stream().map(branch -> branch.forward(ops, x)).toList();
            var first = parts.getFirst().shape();
            int channels = parts.stream().mapToInt(Tensor::cols).sum();
            var out = ops.empty(first.dim(0), first.dim(1), channels);
            int at = 0;
            for (var part : parts) {
                ops.copy(out.columns(at, at + part.cols()), part);
                at += part.cols();
            }
            return out;
        }

        @Override
        public int channels(int in) {
            return branches.stream().mapToInt(branch -> branch.channels(in)).sum();
        }
    }
}
