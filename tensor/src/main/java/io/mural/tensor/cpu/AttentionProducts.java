package io.mural.tensor.cpu;

import io.mural.tensor.AttentionCall;

/** How one worker of {@link Attention} holds the operands of its two products, and multiplies them. */
interface AttentionProducts {
    /** Keys of a tile; its scores lie so many floats apart. */
    int KEYS = 256;

    /** Rows that are computed together: operands and results reach as far. */
    int group();

    /** Columns of the mixed values, a whole number of panels. */
    int width(int headDim);

    /** Takes queries [count, headDim]; the array has room for a group more. */
    void queries(float[] q, int count, int headDim);

    /** Reads keys {@code from} to {@code from + keys} of the tile's runs, columns from {@code column} on, as panels. */
    void keys(AttentionCall call, QueryTile tile, int column, int from, int keys, Scratch scratch);

    /** Reads the values of the same keys as panels [keys, width]. */
    void values(AttentionCall call, QueryTile tile, int column, int from, int keys, Scratch scratch);

    /** Writes the products of queries {@code row} to {@code row + rows} and the keys, {@link #KEYS} floats apart. */
    void scores(int row, int rows, int keys, float[] scores);

    /** Adds the products of weights, which lie as scores do, and values to rows from {@code row} on of {@code mixed}. */
    void mix(int row, int rows, int keys, float[] weights, float[] mixed);
}
