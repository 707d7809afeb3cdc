package io.mural.model.hierarchical;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Some windows of a picture with a halo around: the tokens that a change of the picture needs. Windows come in raster
 * order, as in {@link WindowOrder}, the tokens in raster order inside each; of a window that only touches, the tokens
 * of the halo alone.
 */
public final class RegionOrder implements TokenOrder {
    private static final int NONE = -1;

    private final int height;
    private final int width;
    private final int window;
    private final int[] positions;
    private final int[] places;
    private final List<Part> parts = new ArrayList<>();

    /**
     * The tokens of a window that go through, which follow each other.
     *
     * @param from position of the first
     * @param to behind the last
     */
    public record Part(int windowRow, int windowColumn, int from, int to) {}

    /** Tells tokens by their row and column. */
    public interface Tokens {
        boolean has(int row, int column);
    }

    /**
     * @param height rows of tokens of the picture
     * @param width tokens of a row
     * @param changed the tokens that are to change, at least one; their windows go through whole
     * @param halo tokens around those windows that go through too
     */
    public RegionOrder(int height, int width, int window, int halo, Tokens changed) {
        this.height = height;
        this.width = width;
        this.window = window;
        positions = new int[Math.multiplyExact(height, width)];
        Arrays.fill(positions, NONE);
        var order = new WindowOrder(height, width, window);
        for (int row = 0; row < order.windowRows(); row++) {
            for (int column = 0; column < order.windowColumns(); column++) {
                if (changes(order, row, column, changed)) {
                    mark(order, row, column, halo);
                }
            }
        }
        places = new int[number(order)];
        for (int place = 0; place < positions.length; place++) {
            if (positions[place] != NONE) {
                places[positions[place]] = place;
            }
        }
        if (places.length == 0) {
            throw new IllegalArgumentException("a region without tokens");
        }
    }

    private static boolean changes(WindowOrder order, int row, int column, Tokens changed) {
        for (int y = order.top(row); y < order.top(row + 1); y++) {
            for (int x = order.left(column); x < order.left(column + 1); x++) {
                if (changed.has(y, x)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void mark(WindowOrder order, int row, int column, int halo) {
        int bottom = Math.min(height, order.top(row + 1) + halo);
        int right = Math.min(width, order.left(column + 1) + halo);
        for (int y = Math.max(0, order.top(row) - halo); y < bottom; y++) {
            Arrays.fill(positions, y * width + Math.max(0, order.left(column) - halo), y * width + right, 0);
        }
    }

    private int number(WindowOrder order) {
        int next = 0;
        for (int row = 0; row < order.windowRows(); row++) {
            for (int column = 0; column < order.windowColumns(); column++) {
                int from = next;
                for (int y = order.top(row); y < order.top(row + 1); y++) {
                    for (int x = order.left(column); x < order.left(column + 1); x++) {
                        if (positions[y * width + x] != NONE) {
                            positions[y * width + x] = next++;
                        }
                    }
                }
                if (next > from) {
                    parts.add(new Part(row, column, from, next));
                }
            }
        }
        return next;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int window() {
        return window;
    }

    @Override
    public int tokens() {
        return places.length;
    }

    @Override
    public int position(int row, int column) {
        return positions[row * width + column];
    }

    /** The row of a token by its position. */
    public int row(int position) {
        return places[position] / width;
    }

    /** The column of a token by its position. */
    public int column(int position) {
        return places[position] % width;
    }

    /** The windows that have tokens here, in order. */
    public List<Part> parts() {
        return parts;
    }

    @Override
    public float[] fromRaster(float[] tokens) {
        int features = tokens.length / positions.length;
        var some = new float[places.length * features];
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(tokens, places[i] * features, some, i * features, features);
        }
        return some;
    }

    @Override
    public float[] toRaster(float[] tokens) {
        int features = tokens.length / places.length;
        var all = new float[positions.length * features];
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(tokens, i * features, all, places[i] * features, features);
        }
        return all;
    }
}
