package io.mural.tensor;

/** What multiplies matrices and does attention where a vendor's libraries could: their kernels or ours in Java. */
public enum GemmChoice {
    /** Whichever is faster, found by timing both at the first of a size. */
    MEASURED,
    JAVA,
    LIBRARY
}
