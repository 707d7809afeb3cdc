package io.mural.server.http;

import java.util.Map;
import java.util.function.Consumer;

/**
 * What a server serves.
 *
 * @param errors by the beginning of a path, how errors are told there
 * @param failures told what went wrong inside
 */
public record Site(
        Limits limits,
        Guard guard,
        Routes routes,
        Map<String, Errors> errors,
        Watch watch,
        Consumer<Throwable> failures) {

    /** Is told of every answer. */
    @FunctionalInterface
    public interface Watch {
        /** @param route the route's pattern, never the path */
        void answered(String route, int status, double seconds);
    }
}
