package io.mural;

/** A job was cancelled before its pictures were finished. */
public final class CancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CancelledException(Throwable cause) {
        super("the job was cancelled", cause);
    }
}
