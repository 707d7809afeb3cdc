package io.mural.server.http;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What a server serves.
 *
 * @param errors by the beginning of a path, how errors are told there
 * @param hide takes places on the server's disk out of a message
 * @param failures told what went wrong inside
 */
public record Site(
        Limits limits,
        Guard guard,
        Routes routes,
        Map<String, Errors> errors,
        Watch watch,
        UnaryOperator<String> hide,
        Consumer<Throwable> failures) {

    /** Is told of every answer. */
    @FunctionalInterface
    public interface Watch {
        /** @param route the route's pattern, never the path */
        void answered(String route, int status, double seconds);
    }
}
