package io.mural.server.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which route answers which request. Patterns are paths with names in braces for whole segments. */
public final class Routes {
    private final List<Route> routes = new ArrayList<>();

    /** Answers a request. */
    @FunctionalInterface
    public interface Action {
        void answer(Exchange exchange) throws InterruptedException;
    }

    /** @param free whether it needs no token */
    record Route(String method, String pattern, List<String> segments, boolean free, Action action) {}

    /** A route and what its names stand for. */
    record Found(Route route, Map<String, String> variables) {}

    public Routes add(String method, String pattern, Action action) {
        routes.add(new Route(method, pattern, List.of(pattern.split("/", -1)), false, action));
        return this;
    }

    /** A route that needs no token. */
    public Routes addFree(String method, String pattern, Action action) {
        routes.add(new Route(method, pattern, List.of(pattern.split("/", -1)), true, action));
        return this;
    }

    /** HEAD is answered as GET, without the document. */
    Optional<Found> find(String method, String path) {
        var wanted = method.equals("HEAD") ? "GET" : method;
        return all(path).stream()
                .filter(found -> found.route().method().equals(wanted))
                .findFirst();
    }

    /** All that answer a path, whatever the method. */
    List<Found> all(String path) {
        var segments = path.split("/", -1);
        List<Found> found = new ArrayList<>();
        for (var route : routes) {
            match(route, segments).ifPresent(variables -> found.add(new Found(route, variables)));
        }
        return found;
    }

    private static Optional<Map<String, String>> match(Route route, String... segments) {
        if (segments.length != route.segments().size()) {
            return Optional.empty();
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < segments.length; i++) {
            var wanted = route.segments().get(i);
            if (wanted.startsWith("{")) {
                if (segments[i].isEmpty()) {
                    return Optional.empty();
                }
                variables.put(wanted.substring(1, wanted.length() - 1), segments[i]);
            } else if (!wanted.equals(segments[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(variables);
    }
}
