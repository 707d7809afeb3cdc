package io.mural.evaluate.pixels;

/** Takes a picture from top to bottom, a row a call. */
@FunctionalInterface
public interface RowSink {
    /**
     * The next row.
     *
     * @param rgb the bytes of the row
     * @param offset where in {@code rgb} the first pixel stands
     */
    void row(byte[] rgb, int offset);
}
