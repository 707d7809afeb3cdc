package io.mural.model.wan;

import io.mural.model.layers.KeysValues;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * T3-Video's self-attention (arXiv 2512.13492): the mean of attention among neighbours and of attention among tokens that
 * lie evenly over the whole clip, in equally many windows of equal size.
 *
 * @param counts windows along frames, rows and columns
 */
record T3Attention(WanProjections projections, Windows counts) implements SelfAttention {
    /** About so many queries are brought into the order of windows at a time. */
    private static final int GROUP = 1 << 14;

    /**
     * How many windows there are along frames, rows and columns.
     */
    public record Windows(int frames, int rows, int columns) {
        int count() {
            return frames * rows * columns;
        }
    }

    @Override
    public void forward(Ops ops, Tensor x, Branch branch, Clip clip) {
        requireDivides(clip.grid());
        ops.unit("attn1", () -> {
            var q = ops.empty(x.rows(), x.cols());
            var keys = KeysValues.empty(ops, x.rows(), x.cols());
            Chunks.of(ops, "keys", x.rows(), (from, to) -> {
                var y = branch.modulate(ops, x.rows(from, to));
                var rope = clip.rope().tokens(from, to);
                var queries = q.rows(from, to);
                ops.linear(queries, y, projections.toQ(), Activation.NONE);
                ops.rmsNorm(queries, queries, projections.normQ(), projections.eps());
                ops.rope(queries, rope);
                projections.keys(ops, keys.tokens(from, to), y);
                ops.rope(keys.tokens(from, to).k(), rope);
            });
            var mean = ops.unit("close", () -> windows(ops, q, keys, order(clip.grid(), true)));
            ops.unit("remote", () -> ops.add(mean, windows(ops, q, keys, order(clip.grid(), false))));
            Chunks.of(
                    ops,
                    "out",
                    x.rows(),
                    (from, to) -> branch.residual(
                            ops, x.rows(from, to), ops.linear(mean.rows(from, to), projections.toOut())));
        });
    }

    private void requireDivides(TokenGrid grid) {
        if (grid.frames() % counts.frames() != 0
                || grid.rows() % counts.rows() != 0
                || grid.columns() % counts.columns() != 0) {
            throw new InputException("the clip's tokens, " + grid + ", do not divide into " + counts.frames() + " x "
                    + counts.rows() + " x " + counts.columns() + " windows; give counts that divide them as `windows`");
        }
    }

    /** Half of the attention within windows, in the grid's order. */
    private Tensor windows(Ops ops, Tensor q, KeysValues keys, int[] order) {
        int size = order.length / counts.count();
        int group = size * Math.max(1, GROUP / size);
        var attended = ops.empty(q.rows(), q.cols());
        for (int start = 0; start < order.length; start += group) {
            int from = start;
            int to = Math.min(order.length, start + group);
            ops.unit("windows." + start, () -> {
                var mix = TokenMaps.reordered(q.rows(), Arrays.copyOfRange(order, from, to), 1);
                var near = new KeysValues(ops.mixRows(keys.k(), mix), ops.mixRows(keys.v(), mix));
                near.attend(
                        ops,
                        attended.rows(from, to),
                        ops.mixRows(q, mix),
                        projections.heads(),
                        layout(to - from, size));
            });
        }
        var place = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            place[order[i]] = i;
        }
        return ops.mixRows(attended, TokenMaps.reordered(attended.rows(), place, 0.5f));
    }

    private static AttentionLayout layout(int tokens, int size) {
        var blocks = new ArrayList<AttentionLayout.Block>();
        for (int from = 0; from < tokens; from += size) {
            var run = new AttentionLayout.Run(from, from + size);
            blocks.add(new AttentionLayout.Block(from, from + size, List.of(run)));
        }
        return AttentionLayout.of(tokens, blocks);
    }

    /** Tokens window by window: neighbours together, or those at the same place of every window of neighbours. */
    private int[] order(TokenGrid grid, boolean close) {
        int frames = grid.frames() / counts.frames();
        int rows = grid.rows() / counts.rows();
        int columns = grid.columns() / counts.columns();
        int size = frames * rows * columns;
        var order = new int[grid.tokens()];
        for (int i = 0; i < order.length; i++) {
            int window = i / size;
            int frame = place(
                    window / (counts.rows() * counts.columns()),
                    i % size / (rows * columns),
                    counts.frames(),
                    frames,
                    close);
            int row = place(
                    window / counts.columns() % counts.rows(),
                    i % (rows * columns) / columns,
                    counts.rows(),
                    rows,
                    close);
            int column = place(window % counts.columns(), i % columns, counts.columns(), columns, close);
            order[i] = (frame * grid.rows() + row) * grid.columns() + column;
        }
        return order;
    }

    /** Where a token stands along one side: number {@code inside} of {@code size} of window {@code window}. */
    private static int place(int window, int inside, int windows, int size, boolean close) {
        return close ? window * size + inside : inside * windows + window;
    }
}
