package io.mural.model.wan;

/** Latents of a clip, [channels, frames, height, width] as noise is drawn, and the tokens that the transformer takes. */
public final class WanLatents {
    /** Latent pixels of a token. */
    public static final int PATCH = 4;

    private static final int SIDE = 2;

    private WanLatents() {}

    /** Tokens [tokens, 4 x channels] with features in the order channel, row, column. */
    public static float[] pack(float[] planes, int channels, TokenGrid grid) {
        var tokens = new float[planes.length];
        int[] next = {0};
        each(grid, (frame, y, x) -> {
            for (int c = 0; c < channels; c++) {
                for (int cell = 0; cell < PATCH; cell++) {
                    tokens[next[0]++] = planes[index(grid, c, frame, y + cell / SIDE, x + cell % SIDE)];
                }
            }
        });
        return tokens;
    }

    /** The planes of tokens with features in the order row, column, channel: what the transformer gives. */
    public static float[] unpack(float[] tokens, int channels, TokenGrid grid) {
        var planes = new float[tokens.length];
        int[] next = {0};
        each(grid, (frame, y, x) -> {
            for (int cell = 0; cell < PATCH; cell++) {
                for (int c = 0; c < channels; c++) {
                    planes[index(grid, c, frame, y + cell / SIDE, x + cell % SIDE)] = tokens[next[0]++];
                }
            }
        });
        return planes;
    }

    private interface Cell {
        void at(int frame, int y, int x);
    }

    private static void each(TokenGrid grid, Cell cell) {
        for (int frame = 0; frame < grid.frames(); frame++) {
            for (int row = 0; row < grid.rows(); row++) {
                for (int column = 0; column < grid.columns(); column++) {
                    cell.at(frame, SIDE * row, SIDE * column);
                }
            }
        }
    }

    private static int index(TokenGrid grid, int c, int frame, int y, int x) {
        return ((c * grid.frames() + frame) * SIDE * grid.rows() + y) * SIDE * grid.columns() + x;
    }
}
