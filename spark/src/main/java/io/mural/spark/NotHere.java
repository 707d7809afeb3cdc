package io.mural.spark;

/**
 * This executor cannot make the pictures, whichever they are: a model, a device or the folder of results is not there. The task
 * fails, and Spark tries it elsewhere; no row is given up for it.
 */
final class NotHere extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotHere(String message) {
        super(message);
    }

    NotHere(String message, Throwable cause) {
        super(message, cause);
    }
}
