package io.mural.server.http;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Fields;

/** A request and its answer. Belongs to one thread. */
public final class Exchange {
    private static final int MOST_DEPTH = 32;
    private static final String JSON = "application/json";
    /** Headers that say something of one answer, and nothing of an error's. */
    private static final List<String> OF_AN_ANSWER =
            List.of("Content-Length", "Content-Disposition", "Content-Range", "ETag", "Accept-Ranges");

    private final Request request;
    private final Response response;
    private final Limits limits;
    private final Map<String, String> variables;
    private final Fields query;
    private byte[] body; // null until it is read

    /** @param variables what stands in the path where the route has names in braces */
    Exchange(Request request, Response response, Limits limits, Map<String, String> variables) {
        this.request = request;
        this.response = response;
        this.limits = limits;
        this.variables = variables;
        this.query = Request.extractQueryParameters(request);
    }

    public Limits limits() {
        return limits;
    }

    public String method() {
        return request.getMethod();
    }

    public String path() {
        return request.getHttpURI().getPath();
    }

    /** What stands in the path for {@code {name}}. */
    public String variable(String name) {
        return variables.get(name);
    }

    public Optional<String> query(String name) {
        return Optional.ofNullable(query.getValue(name));
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeaders().get(name));
    }

    /** Address of the server as the client wrote it, such as {@code http://127.0.0.1:7860}. */
    public String origin() {
        return (request.isSecure() ? "https" : "http") + "://" + header("Host").orElse("localhost");
    }

    /** The media type of the body, without its parameters. */
    public String mediaType() {
        var type = header("Content-Type").orElse("");
        return type.split(";", 2)[0].strip().toLowerCase(java.util.Locale.ROOT);
    }

    /** The body, which must be a JSON object. */
    public JsonObject json() {
        if (!mediaType().equals(JSON)) {
            throw new Refusal(Refusal.Reason.MEDIA_TYPE, "the body must be " + JSON + ", said in Content-Type");
        }
        return parse(body(limits.jsonBytes()));
    }

    /** The body, a JSON object or nothing. */
    public JsonObject jsonOrNothing() {
        return mediaType().isEmpty() && body(limits.jsonBytes()).length == 0 ? Json.parse("the body", "{}") : json();
    }

    /** A body of JSON, refused where it is not, or is nested too deep. */
    public static JsonObject parse(byte[] bytes) {
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            var json = Json.parse("the body", text);
            requireDepth(json.asMap(), 1);
            return json;
        } catch (CharacterCodingException e) {
            throw new Refusal(Refusal.Reason.INVALID_JSON, "the body is not valid UTF-8 text");
        } catch (InputException e) {
            throw Refusal.of(Refusal.Reason.INVALID_JSON, e);
        }
    }

    private static void requireDepth(Object value, int depth) {
        if (depth > MOST_DEPTH) {
            throw new Refusal(Refusal.Reason.INVALID_JSON, "the body is nested deeper than " + MOST_DEPTH);
        }
        switch (value) {
            case Map<?, ?> map -> map.values().forEach(item -> requireDepth(item, depth + 1));
            case List<?> list -> list.forEach(item -> requireDepth(item, depth + 1));
            case null, default -> {}
        }
    }

    /** The whole body; refused when it is longer. */
    public byte[] body(long most) {
        if (body == null) {
            body = read(most);
        }
        return body;
    }

    /** The body as it was read, for a hash of it; empty if nothing was. */
    public byte[] bodyRead() {
        return body == null ? new byte[0] : body;
    }

    private byte[] read(long most) {
        if (request.getLength() > most) {
            throw tooLarge(most);
        }
        try (var in = Content.Source.asInputStream(request)) {
            var out = new ByteArrayOutputStream(Math.max(1024, (int) Math.min(request.getLength(), most)));
            var buffer = new byte[64 << 10];
            long begun = System.nanoTime();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                if (out.size() > most) {
                    throw tooLarge(most);
                }
                if (out.size() != request.getLength()) {
                    requirePace(begun, out.size());
                }
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw unread(e);
        }
    }

    /** Why a body did not come to its end: chunks that are none; else the client is gone. */
    private RuntimeException unread(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpException) {
                endConnection();
                return new Refusal(Refusal.Reason.MALFORMED, "the body is not valid HTTP");
            }
        }
        return new Gone(e);
    }

    /** Refuses a body of which a byte comes now and then: it would keep its connection for ever. */
    private void requirePace(long begun, long bytes) {
        double seconds = (System.nanoTime() - begun) / 1e9;
        boolean early = seconds < limits.header().toSeconds();
        if (!early && bytes < seconds * limits.uploadBytesPerSecond()) {
            endConnection();
            throw new Refusal(
                    Refusal.Reason.MALFORMED,
                    "the body comes too slowly, at less than " + limits.uploadBytesPerSecond() + " bytes a second");
        }
    }

    /** What is left of a body belongs to no request. */
    private void endConnection() {
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }

    private static Refusal tooLarge(long most) {
        return new Refusal(
                Refusal.Reason.REQUEST_TOO_LARGE, "the body is larger than " + (most >> 20) + " MiB, the most taken");
    }

    Request request() {
        return request;
    }

    /** Adds a header to the answer, which must not have begun. */
    public void header(String name, String value) {
        response.getHeaders().put(name, value);
    }

    /** Adds a header that may occur several times. */
    public void addHeader(String name, String value) {
        response.getHeaders().add(name, value);
    }

    /** Whether another answer can still be given: nothing of the one that has begun, if any, has left. */
    public boolean startsAnew() {
        if (response.isCommitted()) {
            return false;
        }
        OF_AN_ANSWER.forEach(response.getHeaders()::remove);
        return true;
    }

    public int status() {
        return response.getStatus();
    }

    /** What is written piece by piece. */
    @FunctionalInterface
    public interface Body {
        void write(OutputStream out) throws IOException;
    }

    /**
     * Answers with what is written piece by piece. Where that fails the answer has no end, so that nobody takes a part of it
     * for all.
     */
    public void answer(int status, String type, Body body) {
        try {
            // Not closed on failure: that would be the end that clients look for.
            var out = open(status, type);
            body.write(out);
            out.close();
        } catch (IOException e) {
            throw new Gone(e);
        }
    }

    /** Answers with a JSON document. */
    public void answer(int status, Object json) {
        answer(status, JSON, out -> JsonText.write(out, json));
    }

    /** Answers with bytes of a type. */
    public void answer(int status, String type, byte[] bytes) {
        header("Content-Length", Integer.toString(bytes.length));
        answer(status, type, out -> out.write(bytes));
    }

    /** Answers without a document. */
    public void answer(int status) {
        response.setStatus(status);
    }

    /** Begins an answer; the stream's end is the answer's: it is closed where all is written, and only there. */
    OutputStream open(int status, String type) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        if (method().equals("HEAD")) {
            return OutputStream.nullOutputStream();
        }
        return Response.asBufferedOutputStream(request, response);
    }

    /** The client went away. */
    public static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Gone(IOException cause) {
            super("the client is gone", cause);
        }
    }
}
