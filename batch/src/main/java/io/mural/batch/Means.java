package io.mural.batch;

import java.util.function.DoubleSupplier;

/**
 * What making pictures takes beside a model.
 *
 * @param executor who works, for the table
 * @param seconds since the work began
 */
record Means(
        Catalog catalog, Store store, Identities identities, String host, String executor, DoubleSupplier seconds) {}
