package io.mural.server.http;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections whose request header does not come to its end: those that have sent none a while after they were
 * opened, and those that send on and on without ending one. A byte now and then would keep them open for ever, and there
 * is room for so many only.
 */
final class SlowHeaders implements Connection.Listener {
    private final Scheduler scheduler;
    private final long millis;

    /** @param millis that a header may take; a later request of a connection has at most three times as long */
    SlowHeaders(Scheduler scheduler, long millis) {
        this.scheduler = scheduler;
        this.millis = millis;
    }

    @Override
    public void onOpened(Connection connection) {
        new Watch(connection).again();
    }

    private final class Watch {
        private final Connection connection;
        private long headers;
        private long bytes;
        private boolean suspect;

        Watch(Connection connection) {
            this.connection = connection;
        }

        void again() {
            scheduler.schedule(this::look, millis, TimeUnit.MILLISECONDS);
        }

        private void look() {
            if (!connection.getEndPoint().isOpen()) {
                return;
            }
            long ended = connection.getMessagesIn();
            // Bytes of a body come after the header and before the answer.
            boolean drips = ended == connection.getMessagesOut() && ended == headers && connection.getBytesIn() > bytes;
            if (ended == 0 || drips && suspect) {
                connection.getEndPoint().close();
                return;
            }
            // A header may just be coming in at this moment: the next look decides.
            suspect = drips;
            headers = ended;
            bytes = connection.getBytesIn();
            again();
        }
    }
}
