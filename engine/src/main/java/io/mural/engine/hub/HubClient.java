package io.mural.engine.hub;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests to the hub. Redirects are followed here and not by the JDK, because the token is for the hub alone: another
 * host, or another port of it, never sees it.
 */
final class HubClient implements AutoCloseable {
    private static final int MOST_REDIRECTS = 10;
    private static final int MOST_WAITS = 20;
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final int WHOLE = 200;
    private static final int PARTIAL = 206;
    private static final int TOO_MANY = 429;
    private static final int FIRST_SERVER_FAULT = 500;
    private static final int MOST_TEXT = 16 << 20;
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final HubSettings settings;
    private final PullListener listener;
    private final HttpClient client;

    HubClient(HubSettings settings, PullListener listener) {
        this.settings = settings;
        this.listener = listener;
        client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1) // ranges at once are connections at once
                .connectTimeout(ANSWER)
                .proxy(settings.proxies())
                .build();
    }

    /** What is asked for: a place on the hub, and what messages call it. */
    record Place(HubName model, URI address, String shown) {}

    /** The first answer, whatever it redirects to; its body is closed. */
    HttpResponse<InputStream> head(Place place) throws InterruptedException {
        return retried(place, () -> {
            var answer = patient(place.address(), 0, -1);
            answer.body().close();
            if (!REDIRECTS.contains(answer.statusCode())) {
                requireSuccess(place, answer);
            }
            return answer;
        });
    }

    /**
     * A small answer, whole.
     *
     * @param next where the next part of a listing is
     */
    record Text(String text, Optional<URI> next) {}

    Text text(Place place) throws InterruptedException {
        return retried(place, () -> {
            var answer = open(place, 0, -1);
            try (var body = answer.body()) {
                var bytes = body.readNBytes(MOST_TEXT + 1);
                if (bytes.length > MOST_TEXT) {
                    throw new InputException(place.shown() + ": the hub's listing is larger than " + (MOST_TEXT >> 20)
                            + " MiB, which is none of a model");
                }
                return new Text(new String(bytes, StandardCharsets.UTF_8), next(place.address(), answer));
            }
        });
    }

    /** Listings come in parts, and a header names the next one. */
    private static Optional<URI> next(URI from, HttpResponse<?> answer) {
        return answer.headers().allValues("Link").stream()
                .map(NEXT::matcher)
                .filter(Matcher::find)
                .map(match -> from.resolve(URI.create(match.group(1))))
                .findFirst();
    }

    /**
     * The bytes of a file from {@code from} to {@code to}, both included; all of it where {@code to} is -1. Status 200
     * instead of 206 means that the server begins at the first byte whatever was asked.
     *
     * @throws IOException where it is worth trying again
     */
    HttpResponse<InputStream> open(Place place, long from, long to) throws IOException, InterruptedException {
        var address = place.address();
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            var answer = patient(address, from, to);
            if (!REDIRECTS.contains(answer.statusCode())) {
                try {
                    requireSuccess(place, answer);
                } catch (IOException | RuntimeException e) {
                    answer.body().close();
                    throw e;
                }
                return answer;
            }
            answer.body().close();
            address = redirect(place, address, answer);
        }
        throw new InputException(place.shown() + ": the hub redirects more than " + MOST_REDIRECTS
                + " times; try again later, or another HF_ENDPOINT");
    }

    private static URI redirect(Place place, URI from, HttpResponse<?> answer) {
        var target = answer.headers().firstValue("Location").orElse("");
        try {
            var address = from.resolve(URI.create(target));
            boolean weaker = "https".equals(from.getScheme()) && !"https".equals(address.getScheme());
            if (!target.isEmpty() && address.getHost() != null && !weaker) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // as below
        }
        throw new InputException(place.shown()
                + ": the hub redirects to an address that is none, or that is not encrypted; try another HF_ENDPOINT");
    }

    /** Sends a request; where the answer says to come back later, it does so. */
    private HttpResponse<InputStream> patient(URI address, long from, long to)
            throws IOException, InterruptedException {
        for (int waits = 0; ; waits++) {
            var answer = send(address, from, to);
            if (answer.statusCode() != TOO_MANY || waits == MOST_WAITS) {
                return answer;
            }
            answer.body().close();
            var wait = RetryAfter.of(
                    answer.headers().firstValue("Retry-After"), settings.pace().pause(), waits);
            listener.waits(wait);
            Thread.sleep(wait);
        }
    }

    private HttpResponse<InputStream> send(URI address, long from, long to) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(address).timeout(ANSWER).header("User-Agent", "mural");
        if (to >= 0 || from > 0) {
            request.header("Range", "bytes=" + from + "-" + (to >= 0 ? to : ""));
        }
        if (isHub(address)) {
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        return client.send(request.build(), BodyHandlers.ofInputStream());
    }

    private boolean isHub(URI address) {
        var hub = settings.endpoint();
        return Objects.equals(hub.getScheme(), address.getScheme())
                && hub.getHost().equalsIgnoreCase(address.getHost())
                && hub.getPort() == address.getPort();
    }

    private void requireSuccess(Place place, HttpResponse<?> answer) throws IOException {
        int status = answer.statusCode();
        if (status == WHOLE || status == PARTIAL) {
            return;
        }
        if (status >= FIRST_SERVER_FAULT) {
            throw new IOException("the hub answers with status " + status);
        }
        throw refusal(place, status, answer.headers().firstValue("X-Error-Code"));
    }

    private InputException refusal(Place place, int status, Optional<String> code) {
        var model = place.model();
        var page = settings.endpoint() + "/" + model.repository();
        boolean known = settings.token().isPresent();
        return new InputException(
                switch (code.orElse(String.valueOf(status)).toLowerCase(Locale.ROOT)) {
                    case "gatedrepo" ->
                        model.repository() + ": is gated; accept its conditions at " + page
                                + (known
                                        ? " with the account of your token, and pull it again"
                                        : " and set HF_TOKEN to a token of that account, or log in with the hub's tools");
                    case "reponotfound", "401" ->
                        model.repository() + ": is not at " + settings.endpoint()
                                + ", or is not for everybody; check the"
                                + " spelling"
                                + (known
                                        ? ", and whether your token may read it"
                                        : ", or set HF_TOKEN to a token that may read it");
                    case "revisionnotfound" ->
                        model.repository() + ": has no revision " + model.revision() + "; its branches and tags are at "
                                + page + "/tree/main";
                    case "entrynotfound", "404" ->
                        place.shown() + ": is not there; the files are at " + page + "/tree/" + model.revision();
                    case "403" ->
                        place.shown() + ": your token may not read it; ask for access at " + page
                                + ", or set HF_TOKEN to another token";
                    case "429" -> place.shown() + ": the hub asks to wait again and again; pull it later";
                    default ->
                        place.shown() + ": the hub refuses it with status " + status + "; see " + page
                                + ", or pull it later";
                });
    }

    /** Does work again that a lost connection or a tired server cut off. */
    private <T> T retried(Place place, Work<T> work) throws InterruptedException {
        var retries = new Retries(settings.pace(), listener);
        while (true) {
            try {
                return work.run();
            } catch (IOException e) {
                retries.after(e, place.shown(), settings.endpoint());
            }
        }
    }

    private interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
