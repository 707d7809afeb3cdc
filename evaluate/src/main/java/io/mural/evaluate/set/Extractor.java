package io.mural.evaluate.set;

import io.mural.evaluate.pixels.RowSink;
import io.mural.tensor.Ops;

/** What is taken of a picture in one pass over its rows: rows of numbers, kept so that it is done once. */
interface Extractor extends AutoCloseable {
    /** Short name for files and messages. */
    String name();

    /** All that changes the numbers, weights included: numbers under another key are others. */
    String key();

    /** Numbers in a row. */
    int columns();

    /** Begins a picture. */
    Pass begin(int width, int height);

    @Override
    void close();

    /** One picture, row by row. */
    interface Pass extends RowSink {
        /** [rows, columns] of the picture, all of whose rows were given. */
        float[] finish(Ops ops);
    }
}
