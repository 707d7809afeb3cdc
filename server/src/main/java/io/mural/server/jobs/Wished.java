package io.mural.server.jobs;

import io.mural.Input;
import io.mural.Request;
import java.util.Map;

/**
 * A wish with its pictures.
 *
 * @param inputs by the names that the wish has for them
 */
public record Wished(Wish wish, Map<String, Input> inputs) {
    public Wished {
        inputs = Map.copyOf(inputs);
    }

    /** For the engine. */
    public Request request() {
        return wish.request(inputs::get);
    }
}
