package io.mural.server.http;

import io.mural.tensor.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/** Listens, and hands requests to routes. A request has a virtual thread of its own. */
public final class HttpServer implements AutoCloseable {
    /** Connections that wait to be accepted; with fewer, bursts lose some. */
    private static final int WAITING_CONNECTIONS = 1024;

    private static final long STOP_MILLIS = 5000;

    /** Held, or its level would be forgotten. */
    private static final Logger JETTY = Logger.getLogger("org.eclipse.jetty");

    private final Server server;
    private final ServerConnector connector;

    public HttpServer(String host, int port, Site site) {
        JETTY.setLevel(Level.WARNING);
        var limits = site.limits();
        server = new Server(new VirtualThreadPool());
        var config = new HttpConfiguration();
        // The default bears line ends and headers that let one request hide in another.
        config.setHttpCompliance(HttpCompliance.STRICT);
        config.setSendServerVersion(false);
        config.setSendDateHeader(true);
        config.setRequestHeaderSize(limits.headerBytes());
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(config));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(limits.idle().toMillis());
        connector.setAcceptQueueSize(WAITING_CONNECTIONS);
        connector.addBean(new SlowHeaders(server.getScheduler(), limits.header().toMillis()));
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(limits.connections(), connector));
        server.setErrorHandler(new Damaged());
        server.setHandler(new Front(site));
    }

    /** Requests that no route ever sees are told in the same words as the others. */
    private static final class Damaged extends ErrorHandler {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            int status = response.getStatus();
            var reason = switch (status) {
                case 413, 431 -> Refusal.Reason.REQUEST_TOO_LARGE;
                case 500 -> Refusal.Reason.FAILED;
                default -> Refusal.Reason.MALFORMED;
            };
            var refusal = new Refusal(
                    reason,
                    status == 500
                            ? "the server failed; its log says why"
                            : "the request is not valid HTTP, or too large");
            response.getHeaders().put("Content-Type", "application/json");
            var out = new ByteArrayOutputStream();
            try {
                JsonText.write(out, Errors.OPENAI.document(refusal));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            response.write(true, ByteBuffer.wrap(out.toByteArray()), callback);
            return true;
        }
    }

    /** Begins to listen; {@link InputException} if the port is not to be had. */
    public void start() {
        try {
            server.start();
        } catch (IOException e) {
            throw InputException.about(
                    "port",
                    "`port` " + connector.getPort() + " on " + connector.getHost() + " cannot be opened ("
                            + e.getMessage() + "); choose another, or 0 for any that is free",
                    e);
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP server does not start", e);
        }
    }

    /** The port it listens on. */
    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.setStopTimeout(STOP_MILLIS);
            server.stop();
        } catch (TimeoutException e) {
            // Jetty stops everything all the same, and then tells that clients were still there: a page that listens to
            // events stays as long as it can.
            JETTY.log(Level.FINE, "connections were cut off", e);
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP server does not stop", e);
        }
    }
}
