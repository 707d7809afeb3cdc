package io.mural.server.http;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Receives every request: checks who asks, finds the route, tells errors in the words of the route's API. */
final class Front extends Handler.Abstract {
    private static final String CORS_METHODS = "GET, POST, DELETE, OPTIONS";

    private final Site site;

    Front(Site site) {
        this.site = site;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        long start = System.nanoTime();
        headers(request, response);
        var path = request.getHttpURI().getPath();
        var found =
                path == null ? Optional.<Routes.Found>empty() : site.routes().find(request.getMethod(), path);
        var exchange = new Exchange(
                request,
                response,
                site.limits(),
                found.map(Routes.Found::variables).orElse(Map.of()));
        try {
            answer(exchange, found);
            callback.succeeded();
        } catch (Exchange.Gone e) {
            callback.failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            callback.failed(e);
        } finally {
            var pattern = found.map(each -> each.route().pattern()).orElse("none");
            site.watch().answered(pattern, response.getStatus(), (System.nanoTime() - start) / 1e9);
        }
        return true;
    }

    private static void headers(Request request, Response response) {
        var given = request.getHeaders().get("X-Request-Id");
        boolean usable = given != null && given.matches("[\\w.:-]{1,128}");
        var headers = response.getHeaders();
        headers.put("X-Request-Id", usable ? given : UUID.randomUUID().toString());
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Cache-Control", "no-store");
    }

    private void answer(Exchange exchange, Optional<Routes.Found> found) throws InterruptedException {
        try {
            admit(exchange, found);
        } catch (Refusal refusal) {
            refuse(exchange, refusal);
        } catch (InputException e) {
            refuse(exchange, Refusal.of(Refusal.Reason.INVALID_VALUE, e));
        } catch (Exchange.Gone | InterruptedException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            site.failures().accept(e);
            refuse(exchange, new Refusal(Refusal.Reason.FAILED, "the server failed; its log says why"));
        }
    }

    private void admit(Exchange exchange, Optional<Routes.Found> found) throws InterruptedException {
        var request = exchange.request();
        site.guard().requireHost(request);
        var other = site.guard().otherOrigin(request);
        other.ifPresent(origin -> {
            exchange.header("Access-Control-Allow-Origin", origin);
            exchange.header("Vary", "Origin");
            exchange.header("Access-Control-Expose-Headers", "Mural-Job, Mural-Model, Mural-Ignored, X-Request-Id");
        });
        if (exchange.method().equals("OPTIONS") && other.isPresent()) {
            exchange.header("Access-Control-Allow-Methods", CORS_METHODS);
            exchange.header("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key");
            exchange.answer(204);
            return;
        }
        if (found.isEmpty() || !found.get().route().free()) {
            site.guard().requireToken(request);
        }
        if (found.isEmpty()) {
            throw missing(exchange);
        }
        found.get().route().action().answer(exchange);
    }

    private Refusal missing(Exchange exchange) {
        var others = site.routes().all(exchange.path()).stream()
                .map(each -> each.route().method())
                .distinct()
                .collect(Collectors.joining(", "));
        if (others.isEmpty()) {
            return new Refusal(Refusal.Reason.NOT_FOUND, "there is nothing under this address");
        }
        exchange.header("Allow", others);
        return new Refusal(Refusal.Reason.METHOD, "this address takes " + others);
    }

    private void refuse(Exchange exchange, Refusal given) {
        var refusal = given.said(site.hide());
        if (!exchange.startsAnew()) {
            // Too late for a status: the connection ends, and the client sees an answer that is cut off.
            throw new Exchange.Gone(new IOException(refusal.getMessage(), refusal));
        }
        switch (refusal.reason()) {
            case NO_TOKEN -> exchange.header("WWW-Authenticate", "Bearer");
            case QUEUE_FULL -> exchange.header("x-should-retry", "true");
            case FAILED -> exchange.header("x-should-retry", "false");
            default -> {}
        }
        if (refusal.retryAfter() > 0) {
            exchange.header("Retry-After", Integer.toString(refusal.retryAfter()));
        }
        var words = errors(exchange.path());
        exchange.answer(words.status(refusal), words.document(refusal));
    }

    private Errors errors(String path) {
        return site.errors().entrySet().stream()
                .filter(entry -> path != null && path.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(Errors.OPENAI);
    }
}
