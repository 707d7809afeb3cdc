package io.mural.model.wan;

import io.mural.tensor.Ops;
import io.mural.tensor.RowMix;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.Arrays;

/**
 * A convolution of every feature of a token map by itself: a sum over the taps of the filter of shifted maps, each times
 * the tap's weight for each feature.
 *
 * @param taps [taps, features], the first tap first, columns of the filter fastest
 * @param bias [features]
 * @param frames frames of the filter, 1 or 3
 * @param side rows and columns of the filter
 */
record DepthwiseConv(float[] taps, float[] bias, int frames, int side) {

    /** {@code part.weight} [features, 1, ...frames, side, side] and {@code part.bias} [features]. */
    static DepthwiseConv load(Weights weights, String part, int features) {
        var shape = weights.shape(part + ".weight");
        int frames = shape.rank() == 5 ? shape.dim(2) : 1;
        int side = shape.dim(shape.rank() - 1);
        int count = frames * side * side;
        var stored =
                weights.table(part + ".weight", features, frames, side, side).toArray();
        var taps = new float[stored.length];
        for (int i = 0; i < stored.length; i++) {
            taps[i % count * features + i / count] = stored[i];
        }
        return new DepthwiseConv(taps, weights.vector(part + ".bias", features).toArray(), frames, side);
    }

    int features() {
        return bias.length;
    }

    /** The map at a step of the filter's side: rows and columns that do not fill one are dropped. */
    TokenGrid reduced(TokenGrid grid) {
        return new TokenGrid(grid.frames(), grid.rows() / side, grid.columns() / side);
    }

    /** {@code map} [tokens of grid, features] to [tokens of {@link #reduced}, features]: steps as wide as the filter. */
    Tensor strided(Ops ops, Tensor map, TokenGrid grid) {
        var small = reduced(grid);
        var out = ops.mixRows(map, step(grid, small, 0));
        scale(ops, out, 0);
        for (int tap = 1; tap < side * side; tap++) {
            int number = tap;
            ops.unit("tap." + tap, () -> {
                var shifted = ops.mixRows(map, step(grid, small, number));
                ops.addGated(out, row(ops, number, 0), shifted);
            });
        }
        ops.add(out, ops.tensor(bias, 1, features()));
        return out;
    }

    private RowMix step(TokenGrid grid, TokenGrid small, int tap) {
        var rows = new int[small.tokens()];
        for (int i = 0; i < rows.length; i++) {
            int row = i / small.columns() % small.rows() * side + tap / side;
            int column = i % small.columns() * side + tap % side;
            rows[i] = (i / small.area() * grid.rows() + row) * grid.columns() + column;
        }
        return TokenMaps.reordered(grid.tokens(), rows, 1);
    }

    /** {@code map} [tokens, features] to the same size: zeros around it on all sides, in time too. */
    Tensor padded(Ops ops, Tensor map, TokenGrid grid) {
        var out = ops.empty(map.rows(), map.cols());
        ops.copy(out, map);
        int count = frames * side * side;
        scale(ops, out, count / 2);
        for (int tap = 0; tap < count; tap++) {
            int number = tap;
            var shift = shift(grid, tap);
            if (tap != count / 2 && shift.rows().length > 0) {
                ops.unit("tap." + tap, () -> ops.addGated(out, row(ops, number, 0), ops.mixRows(map, shift)));
            }
        }
        ops.add(out, ops.tensor(bias, 1, features()));
        return out;
    }

    private RowMix shift(TokenGrid grid, int tap) {
        int dt = tap / (side * side) - frames / 2;
        int dy = tap / side % side - side / 2;
        int dx = tap % side - side / 2;
        var starts = new int[grid.tokens() + 1];
        var rows = new int[grid.tokens()];
        int next = 0;
        for (int i = 0; i < grid.tokens(); i++) {
            int frame = i / grid.area() + dt;
            int row = i / grid.columns() % grid.rows() + dy;
            int column = i % grid.columns() + dx;
            boolean inside = frame >= 0
                    && frame < grid.frames()
                    && row >= 0
                    && row < grid.rows()
                    && column >= 0
                    && column < grid.columns();
            if (inside) {
                rows[next++] = (frame * grid.rows() + row) * grid.columns() + column;
            }
            starts[i + 1] = next;
        }
        var weights = new float[next];
        Arrays.fill(weights, 1);
        return new RowMix(grid.tokens(), starts, Arrays.copyOf(rows, next), weights);
    }

    /** {@code x *= tap}, as x + (tap - 1) x. */
    private void scale(Ops ops, Tensor x, int tap) {
        ops.addGated(x, row(ops, tap, 1), x);
    }

    private Tensor row(Ops ops, int tap, float less) {
        var row = Arrays.copyOfRange(taps, tap * features(), (tap + 1) * features());
        for (int i = 0; i < row.length; i++) {
            row[i] -= less;
        }
        return ops.tensor(row, 1, features());
    }
}
