package io.mural.tensor;

/**
 * What the user gave (a file, a size, an option) cannot be used. The message is one line that names the thing and the
 * remedy: it is shown as it stands, without a stack trace.
 */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InputException(String message) {
        super(message);
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
