package io.mural.server.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.ComplianceViolation;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Attributes;

/**
 * A body of {@code multipart/form-data}.
 *
 * @param texts fields by name
 * @param files parts with a file's bytes, in order
 */
public record Form(Map<String, String> texts, List<File> files) {
    private static final int HEADERS = 8 << 10;

    /**
     * A file.
     *
     * @param field name of the field
     */
    public record File(String field, byte[] bytes) {}

    /** Reads the body; refused unless it is a form within the limits. */
    public static Form of(Exchange exchange) {
        if (!exchange.mediaType().equals("multipart/form-data")) {
            throw new Refusal(
                    Refusal.Reason.MEDIA_TYPE,
                    "the body must be multipart/form-data or application/json, said in Content-Type");
        }
        var limits = exchange.limits();
        var type = exchange.header("Content-Type").orElseThrow();
        return of(exchange.body(limits.formBytes()), type, limits);
    }

    /**
     * Takes a body apart.
     *
     * @param type its Content-Type, with the boundary
     */
    public static Form of(byte[] body, String type, Limits limits) {
        var config = new MultiPartConfig.Builder()
                .maxParts(limits.formParts())
                .maxSize(limits.formBytes())
                .maxPartSize(limits.partBytes())
                .maxMemoryPartSize(limits.partBytes())
                .maxHeadersSize(HEADERS)
                .useFilesForPartsWithoutFileName(false)
                .violationListener(ComplianceViolation.Listener.NOOP)
                .bufferPool(new ByteBufferPool.Sized(ByteBufferPool.NON_POOLING))
                .build();
        var source = Content.Source.from(java.nio.ByteBuffer.wrap(body));
        // Not with the request's own attributes: Jetty takes a damaged form found there for a failure of the request
        // and cuts off the connection after the answer.
        try (var parts = MultiPartFormData.getParts(source, new Attributes.Mapped(), type, config)) {
            return of(parts);
        } catch (CompletionException | IllegalStateException | IllegalArgumentException e) {
            throw new Refusal(
                    Refusal.Reason.MALFORMED,
                    "the form cannot be read: " + reason(e) + "; it takes " + limits.formParts() + " parts of "
                            + (limits.partBytes() >> 20) + " MiB");
        } catch (IOException e) {
            throw new Exchange.Gone(e);
        }
    }

    private static Form of(MultiPartFormData.Parts parts) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        List<File> files = new ArrayList<>();
        for (var part : parts) {
            if (part.getName() == null) {
                throw new Refusal(Refusal.Reason.MALFORMED, "a part of the form has no name");
            }
            if (part.getFileName() != null) {
                files.add(new File(part.getName(), bytes(part)));
            } else if (texts.put(part.getName(), part.getContentAsString(StandardCharsets.UTF_8)) != null) {
                throw new Refusal(Refusal.Reason.MALFORMED, part.getName(), "the field occurs twice in the form");
            }
        }
        return new Form(texts, files);
    }

    private static byte[] bytes(MultiPart.Part part) throws IOException {
        try (var in = Content.Source.asInputStream(part.getContentSource())) {
            return in.readAllBytes();
        }
    }

    private static String reason(Throwable e) {
        var cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
        return cause.getMessage() == null ? "it is damaged" : cause.getMessage();
    }
}
