package io.mural.model.wan;

/** The tokens of a clip, in the order frame, row, column, the column fastest; a token is 2x2 latent pixels of one frame. */
public record TokenGrid(int frames, int rows, int columns) {
    public TokenGrid {
        if (frames < 1 || rows < 1 || columns < 1) {
            throw new IllegalArgumentException("a grid of " + frames + " x " + rows + " x " + columns + " tokens");
        }
    }

    public int tokens() {
        return Math.multiplyExact(frames, Math.multiplyExact(rows, columns));
    }

    /** Tokens of one frame. */
    public int area() {
        return rows * columns;
    }

    /** (frame, row, column) of every token, from 0. */
    int[][] positions() {
        var positions = new int[tokens()][];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = new int[] {i / area(), i / columns % rows, i % columns};
        }
        return positions;
    }

    @Override
    public String toString() {
        return frames + " x " + rows + " x " + columns;
    }
}
