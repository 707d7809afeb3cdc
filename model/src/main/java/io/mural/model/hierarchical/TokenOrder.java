package io.mural.model.hierarchical;

/** The order in which the tokens of a large picture go through the transformer, window by window. */
public sealed interface TokenOrder permits WindowOrder, RegionOrder {
    /** Rows of tokens of the whole picture. */
    int height();

    /** Tokens of a row of the whole picture. */
    int width();

    /** Side of a window. */
    int window();

    /** How many tokens go through. */
    int tokens();

    /** The position of the token at a row and a column; negative where it does not go through. */
    int position(int row, int column);

    /** Of the tokens of a whole picture in raster order, those that go through, in this order. */
    float[] fromRaster(float[] tokens);

    /** Tokens in this order to raster order, 0 where none goes through. */
    float[] toRaster(float[] tokens);
}
