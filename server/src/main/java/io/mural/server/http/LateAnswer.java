package io.mural.server.http;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * A JSON answer that may take longer than clients wait for headers. What is ready at once has its own status; else the
 * answer begins with 200 and a blank every few seconds, which JSON allows, until the document follows.
 */
public final class LateAnswer {
    private LateAnswer() {}

    /** What is waited for. */
    @FunctionalInterface
    public interface Pending {
        /** The document, or empty after {@code time} without one; {@link Refusal} if there will be none. */
        Optional<Object> within(Duration time) throws InterruptedException;
    }

    public static void send(Exchange exchange, Errors errors, Pending pending) throws InterruptedException {
        var rhythm = exchange.limits().heartbeat();
        var ready = pending.within(rhythm);
        if (ready.isPresent()) {
            exchange.answer(200, ready.get());
            return;
        }
        try {
            var out = exchange.open(200, "application/json");
            JsonText.write(out, wait(out, rhythm, errors, pending));
            out.close();
        } catch (IOException e) {
            throw new Exchange.Gone(e);
        }
    }

    private static Object wait(OutputStream out, Duration rhythm, Errors errors, Pending pending)
            throws IOException, InterruptedException {
        while (true) {
            out.write(' ');
            out.flush();
            try {
                var ready = pending.within(rhythm);
                if (ready.isPresent()) {
                    return ready.get();
                }
            } catch (Refusal refusal) {
                // The status is sent; the document tells.
                return errors.document(refusal);
            }
        }
    }
}
