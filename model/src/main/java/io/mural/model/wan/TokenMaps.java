package io.mural.model.wan;

import io.mural.tensor.RowMix;
import java.util.Arrays;

/** Maps of tokens brought to other sizes and orders, as mixes of their rows. */
final class TokenMaps {
    private TokenMaps() {}

    /** Tokens of a grid resized to {@code rows} x {@code columns} a frame, then in the order {@code order} gives. */
    static RowMix resized(TokenGrid grid, int rows, int columns, int[] order, boolean antialias) {
        var vertical = Resampling.of(grid.rows(), rows, antialias);
        var horizontal = Resampling.of(grid.columns(), columns, antialias);
        int[] identity = order(grid.tokens());
        return mix(grid, identity, vertical, horizontal, order);
    }

    /**
     * The reverse: tokens of a grid that lie in the order {@code order} gives, back in the grid's order and resized to
     * {@code rows} x {@code columns} a frame.
     */
    static RowMix restored(TokenGrid grid, int[] order, int rows, int columns, boolean antialias) {
        var place = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            place[order[i]] = i;
        }
        var vertical = Resampling.of(grid.rows(), rows, antialias);
        var horizontal = Resampling.of(grid.columns(), columns, antialias);
        return mix(grid, place, vertical, horizontal, order(grid.frames() * rows * columns));
    }

    /** Rows as they are, in another order: row {@code i} of the result is row {@code order[i]}, times {@code weight}. */
    static RowMix reordered(int inputs, int[] order, float weight) {
        var weights = new float[order.length];
        Arrays.fill(weights, weight);
        return new RowMix(inputs, order(order.length + 1), order, weights);
    }

    /** 0, 1, 2, ... */
    static int[] order(int count) {
        var order = new int[count];
        Arrays.setAll(order, i -> i);
        return order;
    }

    /**
     * The order of windows: {@code n} x {@code n} equal windows of a frame, all frames in each.
     *
     * @param grid its sides are multiples of {@code n}
     */
    static int[] windows(TokenGrid grid, int n) {
        int height = grid.rows() / n;
        int width = grid.columns() / n;
        var order = new int[grid.tokens()];
        int next = 0;
        for (int window = 0; window < n * n; window++) {
            for (int i = 0; i < grid.frames() * height * width; i++) {
                int row = window / n * height + i / width % height;
                int column = window % n * width + i % width;
                order[next++] = (i / (height * width) * grid.rows() + row) * grid.columns() + column;
            }
        }
        return order;
    }

    private static RowMix mix(TokenGrid grid, int[] place, Resampling vertical, Resampling horizontal, int[] order) {
        int area = vertical.size() * horizontal.size();
        var starts = new int[order.length + 1];
        for (int i = 0; i < order.length; i++) {
            int y = order[i] % area / horizontal.size();
            int x = order[i] % horizontal.size();
            starts[i + 1] =
                    starts[i] + vertical.weights()[y].length * horizontal.weights()[x].length;
        }
        var rows = new int[starts[order.length]];
        var weights = new float[rows.length];
        int next = 0;
        for (int token : order) {
            int frame = token / area;
            int y = token % area / horizontal.size();
            int x = token % horizontal.size();
            for (int i = 0; i < vertical.weights()[y].length; i++) {
                for (int j = 0; j < horizontal.weights()[x].length; j++) {
                    int row = vertical.from()[y] + i;
                    int column = horizontal.from()[x] + j;
                    rows[next] = place[(frame * grid.rows() + row) * grid.columns() + column];
                    weights[next++] = vertical.weights()[y][i] * horizontal.weights()[x][j];
                }
            }
        }
        return new RowMix(grid.tokens(), starts, rows, weights);
    }
}
