package io.mural.cli.console;

/** The command line makes no sense. The message is one line that names the option and the remedy; exit code 2. */
public final class BadUsage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadUsage(String message) {
        super(message);
    }

    public BadUsage(String message, Throwable cause) {
        super(message, cause);
    }
}
