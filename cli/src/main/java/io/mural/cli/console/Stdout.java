package io.mural.cli.console;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.Optional;

/** The process's stdout. Writers swallow what it cannot take; here it is kept, because a result that is lost is a failure. */
public final class Stdout extends FilterOutputStream {
    private IOException failure; // the first, null if there is none

    public Stdout() {
        this(NativeOutput.stdout());
    }

    Stdout(OutputStream out) {
        super(out);
    }

    /** A writer to it in the encoding of the terminal. */
    public PrintWriter writer() {
        return new PrintWriter(this, true, System.out.charset());
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        try {
            out.write(bytes, from, count);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /** Why something printed did not get out; empty when all of it did. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure)
                .map(e -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }

    /** Whether the reader of a pipe went away, as {@code head} does: nobody misses what was not printed. */
    public boolean isUnread() {
        return failure().filter(reason -> reason.contains("Broken pipe")).isPresent();
    }
}
