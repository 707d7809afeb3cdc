package io.mural.model.hierarchical;

/**
 * Tokens of a picture window by window: windows in raster order, tokens in raster order inside each. At the right and
 * bottom edge windows are cut off. Positions count along this order.
 *
 * @param height rows of tokens
 * @param width tokens of a row
 * @param window side of a window
 */
public record WindowOrder(int height, int width, int window) implements TokenOrder {
    public WindowOrder {
        if (height < 1 || width < 1 || window < 1) {
            throw new IllegalArgumentException(
                    "windows of " + window + " in a picture of " + height + " x " + width + " tokens");
        }
    }

    @Override
    public int tokens() {
        return Math.multiplyExact(height, width);
    }

    /** Windows from top to bottom. */
    public int windowRows() {
        return Math.ceilDiv(height, window);
    }

    /** Windows from left to right. */
    public int windowColumns() {
        return Math.ceilDiv(width, window);
    }

    /** The first row of tokens of a window in row {@code windowRow}; of the row behind the last, the height. */
    public int top(int windowRow) {
        return Math.min(windowRow * window, height);
    }

    /** The first column of tokens of a window in column {@code windowColumn}; of the one behind the last, the width. */
    public int left(int windowColumn) {
        return Math.min(windowColumn * window, width);
    }

    /** The position of a window's first token. */
    public int start(int windowRow, int windowColumn) {
        int rows = top(windowRow + 1) - top(windowRow);
        return top(windowRow) * width + rows * left(windowColumn);
    }

    /** The position of the token at a row and a column. */
    @Override
    public int position(int row, int column) {
        int windowRow = row / window;
        int windowColumn = column / window;
        int columns = left(windowColumn + 1) - left(windowColumn);
        return start(windowRow, windowColumn) + (row - top(windowRow)) * columns + column - left(windowColumn);
    }

    /** Tokens in raster order to this order. */
    @Override
    public float[] fromRaster(float[] tokens) {
        return permuted(tokens, true);
    }

    /** Tokens in this order to raster order. */
    @Override
    public float[] toRaster(float[] tokens) {
        return permuted(tokens, false);
    }

    /** A row of tokens of one window lies side by side in both orders. */
    private float[] permuted(float[] tokens, boolean toWindows) {
        int features = tokens.length / tokens();
        var out = new float[tokens.length];
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column += window) {
                int count = Math.min(window, width - column) * features;
                int raster = (row * width + column) * features;
                int ordered = position(row, column) * features;
                System.arraycopy(tokens, toWindows ? raster : ordered, out, toWindows ? ordered : raster, count);
            }
        }
        return out;
    }
}
