package io.mural.tensor;

/** What multiplies matrices where a vendor's library could: its kernels or ours in Java. */
public enum GemmChoice {
    /** Whichever is faster, found by timing both at the first product of a size. */
    MEASURED,
    JAVA,
    LIBRARY
}
