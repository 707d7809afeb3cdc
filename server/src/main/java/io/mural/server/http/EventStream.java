package io.mural.server.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Server-sent events. */
public final class EventStream implements AutoCloseable {
    private final OutputStream out;

    public EventStream(Exchange exchange) {
        exchange.header("X-Accel-Buffering", "no");
        out = exchange.open(200, "text/event-stream");
        // Headers go out now: clients wait for them.
        comment();
    }

    /** An event without a number. */
    public void send(String name, Object data) {
        write("event: " + name + "\n", data);
    }

    /** An event that a client can ask for again by its number. */
    public void send(long id, String name, Object data) {
        write("id: " + id + "\nevent: " + name + "\n", data);
    }

    private void write(String head, Object data) {
        try {
            text(head + "data: ");
            JsonText.write(out, data);
            text("\n\n");
            out.flush();
        } catch (IOException e) {
            throw new Exchange.Gone(e);
        }
    }

    /** Shows that the stream lives. */
    public void comment() {
        raw(":\n\n");
    }

    /** After how long a client that lost the connection comes again. */
    public void retry(int milliseconds) {
        raw("retry: " + milliseconds + "\n\n");
    }

    private void raw(String lines) {
        try {
            text(lines);
            out.flush();
        } catch (IOException e) {
            throw new Exchange.Gone(e);
        }
    }

    private void text(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new Exchange.Gone(e);
        }
    }
}
