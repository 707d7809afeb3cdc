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
        public Tensor make(Ops ops, int from, int to) {
            return cut(map, from, to);
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
        public Tensor make(Ops ops, int from, int to) {
            int top = Math.max(0, (from - 1) / 2);
            return ops.unit("rows", () -> {
                var x = in.make(ops, top, Math.min(in.height(), Math.ceilDiv(to + 1, 2)));
                var y = ops.conv2d(ops.upsample2x(x), conv, 1, Padding.SAME);
                return copy(ops, y, from - 2 * top, to - 2 * top);
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
