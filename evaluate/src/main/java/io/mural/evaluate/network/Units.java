package io.mural.evaluate.network;

import io.mural.tensor.Activation;
import io.mural.tensor.Conv;
import io.mural.tensor.InputException;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** Convolutions with ReLU in the forms that networks are made of, each with its batch norm folded in. */
final class Units {
    private Units() {}

    /** A square kernel. */
    record Square(Conv conv, int stride, Padding padding) implements Layer {
        @Override
        public Tensor forward(Ops ops, Tensor x) {
            var out = ops.conv2d(x, conv, stride, padding);
            ops.activate(out, Activation.RELU);
            return out;
        }

        @Override
        public int channels(int in) {
            requireChannels(conv.weight().name(), conv.in(), in);
            return conv.out();
        }
    }

    /**
     * Mean over 3 x 3 pixels, then a 1x1 convolution and ReLU. Where the border cuts the nine pixels, the mean is over
     * those left; so it leaves constants alone, and can as well follow the convolution, which has fewer channels.
     */
    record Averaged(Conv conv) implements Layer {
        @Override
        public Tensor forward(Ops ops, Tensor x) {
            var out = Pooling.mean3x3(ops, ops.conv2d(x, conv, 1, Padding.NONE));
            ops.activate(out, Activation.RELU);
            return out;
        }

        @Override
        public int channels(int in) {
            requireChannels(conv.weight().name(), conv.in(), in);
            return conv.out();
        }
    }

    /**
     * A kernel of one row or one column that keeps the size: a matrix product over gathered neighbours.
     *
     * @param product [out, taps x in], neighbour after neighbour
     */
    record Line(Linear product, int taps, boolean vertical) implements Layer {
        static Line of(WeightCopies file, FoldedConv conv) {
            int taps = Math.max(conv.height(), conv.width());
            var weight = new float[conv.weight().length];
            for (int o = 0; o < conv.out(); o++) {
                for (int c = 0; c < conv.in(); c++) {
                    for (int t = 0; t < taps; t++) {
                        weight[(o * taps + t) * conv.in() + c] = conv.weight()[(o * conv.in() + c) * taps + t];
                    }
                }
            }
            var matrix = file.matrix(conv.name(), weight, conv.out(), taps * conv.in());
            var bias = file.tensor(conv.bias(), conv.out());
            return new Line(new Linear(matrix, Optional.of(bias), List.of()), taps, conv.height() > 1);
        }

        @Override
        public Tensor forward(Ops ops, Tensor x) {
            int height = x.shape().dim(0);
            int width = x.shape().dim(1);
            int before = taps / 2;
            // Neighbours in a column are a row apart in memory; those in a row are side by side, once each row has a
            // border of its own.
            int rowLength = vertical ? width : width + taps - 1;
            int step = vertical ? width : 1;
            int rows = vertical ? height + taps - 1 : height;
            var framed = ops.tensor(new float[rows * rowLength * x.cols()], rows * rowLength, x.cols());
            place(ops, framed, x, vertical ? before * width : before, rowLength);

            int positions = vertical ? height * width : rows * rowLength - (taps - 1);
            var gathered = ops.empty(positions, taps * x.cols());
            for (int t = 0; t < taps; t++) {
                ops.copy(
                        gathered.columns(t * x.cols(), (t + 1) * x.cols()),
                        framed.rows(t * step, t * step + positions));
            }
            var out = ops.linear(gathered, product, Activation.RELU);
            return vertical ? out.reshape(height, width, out.cols()) : withoutBorders(ops, out, height, width);
        }

        /** Rows of {@code x} into {@code framed}, the first at {@code first} and each a row's length further. */
        private void place(Ops ops, Tensor framed, Tensor x, int first, int rowLength) {
            int width = x.shape().dim(1);
            if (vertical) {
                ops.copy(framed.rows(first, first + x.rows()), x.reshape(x.rows(), x.cols()));
                return;
            }
            for (int y = 0; y < x.shape().dim(0); y++) {
                int at = first + y * rowLength;
                ops.copy(framed.rows(at, at + width), x.rows(y * width, (y + 1) * width));
            }
        }

        private Tensor withoutBorders(Ops ops, Tensor x, int height, int width) {
            int rowLength = width + taps - 1;
            var out = ops.empty(height, width, x.cols());
            for (int y = 0; y < height; y++) {
                ops.copy(out.rows(y * width, (y + 1) * width), x.rows(y * rowLength, y * rowLength + width));
            }
            return out;
        }

        @Override
        public int channels(int in) {
            requireChannels(product.weight().name(), product.in() / taps, in);
            return product.out();
        }
    }

    /** The largest of the pixels under a square; no weights. */
    record Largest(int side, int stride, int border) implements Layer {
        @Override
        public Tensor forward(Ops ops, Tensor x) {
            return Pooling.largest(ops, x, side, stride, border);
        }

        @Override
        public int channels(int in) {
            return in;
        }
    }

    static void requireChannels(String weight, int wanted, int given) {
        if (wanted != given) {
            throw new InputException(weight + " takes " + wanted + " channels, but what comes before it gives " + given
                    + "; the file is of another network");
        }
    }
}
