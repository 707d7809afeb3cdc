package io.mural.model.vae;

import io.mural.tensor.Conv;
import io.mural.tensor.Moments;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;

/**
 * A map of features of which rows are made on demand. What a convolution needs above and below the rows asked for is
 * made too and cut off, so that rows are the same as those of the whole map.
 */
sealed interface Rows {
    int height();

    int width();

    int channels();

    /** Rows {@code from} (inclusive) to {@code to} (exclusive), [to - from, width, channels], of the current unit. */
    Tensor make(Ops ops, int from, int to);

    /** The most floats of a map that a row of this one has to do with, on the way from what is in memory. */
    long floatsOfARow();

    default long bytes() {
        return (long) height() * width() * channels() * Float.BYTES;
    }

    /** A map in memory. */
    record Stored(Tensor map) implements Rows {
        @Override
        public int height() {
            return map.shape().dim(0);
        }

        @Override
        public int width() {
            return map.shape().dim(1);
        }

        @Override
        public int channels() {
            return map.cols();
        }

        @Override
        public long floatsOfARow() {
            return (long) width() * channels();
        }

        @Override
        public Tensor make(Ops ops, int from, int to) {
            return cut(map, from, to);
        }
    }

    /** A picture. */
    record Pixels(PixelRows picture) implements Rows {
        private static final int RGB = 3;

        @Override
        public int height() {
            return picture.height();
        }

        @Override
        public int width() {
            return picture.width();
        }

        @Override
        public int channels() {
            return RGB;
        }

        @Override
        public long floatsOfARow() {
            return (long) width() * RGB;
        }

        @Override
        public Tensor make(Ops ops, int from, int to) {
            return ops.tensor(picture.rows(from, to), to - from, width(), RGB);
        }
    }

    /** Convolved, of the same size. */
    record Convolved(Rows in, Conv conv) implements Rows {
        @Override
        public int height() {
            return in.height();
        }

        @Override
        public int width() {
            return in.width();
        }

        @Override
        public int channels() {
            return conv.out();
        }

        @Override
        public long floatsOfARow() {
            return Math.max(in.floatsOfARow(), (long) width() * channels());
        }

        @Override
        public Tensor make(Ops ops, int from, int to) {
            int top = Math.max(0, from - 1);
            return ops.unit("rows", () -> {
                var x = in.make(ops, top, Math.min(height(), to + 1));
                return copy(ops, ops.conv2d(x, conv, 1, Padding.SAME), from - top, to - top);
            });
        }
    }

    /** What the second norm of a residual block sees. */
    record FirstHalf(Rows in, ResnetBlock block, Moments moments) implements Rows {
        @Override
        public int height() {
            return in.height();
        }

        @Override
        public int width() {
            return in.width();
        }

        @Override
        public int channels() {
            return block.conv1().out();
        }

        @Override
        public long floatsOfARow() {
            return Math.max(in.floatsOfARow(), (long) width() * channels());
        }

        @Override
        public Tensor make(Ops ops, int from, int to) {
            int top = Math.max(0, from - 1);
            return ops.unit("rows", () -> {
                var x = in.make(ops, top, Math.min(height(), to + 1));
                return copy(ops, block.first(ops, x, moments), from - top, to - top);
            });
        }
    }

    /** The result of a residual block. */
    record Resnet(Rows in, ResnetBlock block, Moments moments1, Moments moments2) implements Rows {
        private static final int REACH = 2;

        @Override
        public int height() {
            return in.height();
        }

        @Override
        public int width() {
            return in.width();
        }

        @Override
        public int channels() {
            return block.conv2().out();
        }

        @Override
        public long floatsOfARow() {
            return Math.max(in.floatsOfARow(), (long) width() * channels());
        }

        @Override
        public Tensor make(Ops ops, int from, int to) {
            int top = Math.max(0, from - REACH);
            return ops.unit("rows", () -> {
                var x = in.make(ops, top, Math.min(height(), to + REACH));
                return copy(ops, block.forward(ops, x, moments1, moments2), from - top, to - top);
            });
        }
    }

    /** Doubled in size, then convolved. */
    record Upsampled(Rows in, Conv conv) implements Rows {
        @Override
        public int height() {
            return 2 * in.height();
        }

        @Override
        public int width() {
            return 2 * in.width();
        }

        @Override
        public int channels() {
            return conv.out();
        }

        @Override
        public long floatsOfARow() {
            return Math.max(Math.ceilDiv(in.floatsOfARow(), 2), (long) width() * channels());
        }

        @Override
        public Tensor make(Ops ops, int from, int to) {
            int top = Math.max(0, (from - 1) / 2);
            return ops.unit("rows", () -> {
                var x = in.make(ops, top, Math.min(in.height(), Math.ceilDiv(to + 1, 2)));
                var y = ops.conv2d(ops.upsample2x(x), conv, 1, Padding.SAME);
                return copy(ops, y, from - 2 * top, to - 2 * top);
            });
        }
    }

    /** Convolved to half the size. */
    record Downsampled(Rows in, Conv conv) implements Rows {
        @Override
        public int height() {
            return Padding.HALVING.outputSize(in.height(), conv.kernel(), 2);
        }

        @Override
        public int width() {
            return Padding.HALVING.outputSize(in.width(), conv.kernel(), 2);
        }

        @Override
        public int channels() {
            return conv.out();
        }

        @Override
        public long floatsOfARow() {
            return 2 * in.floatsOfARow();
        }

        /** The last row of all has zeros below; any other sees the row there, which makes a number that is odd. */
        @Override
        public Tensor make(Ops ops, int from, int to) {
            return ops.unit("rows", () -> {
                var x = in.make(ops, 2 * from, Math.min(in.height(), 2 * to + 1));
                return ops.conv2d(x, conv, 2, Padding.HALVING);
            });
        }
    }

    /** Rows of a map that is released at the end of the unit. */
    private static Tensor copy(Ops ops, Tensor map, int from, int to) {
        var out = ops.empty(to - from, map.shape().dim(1), map.cols());
        ops.copy(out, cut(map, from, to));
        return out;
    }

    /** A view of rows. */
    private static Tensor cut(Tensor map, int from, int to) {
        int width = map.shape().dim(1);
        return map.rows(from * width, to * width).reshape(to - from, width, map.cols());
    }
}
