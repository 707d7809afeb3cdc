package io.mural.server.http;

import java.util.LinkedHashMap;
import java.util.Map;

/** How an API tells errors. */
@FunctionalInterface
public interface Errors {
    /** The document of an error. */
    Map<String, Object> document(Refusal refusal);

    /** The status of an error; what is wrong with a body has another in some APIs. */
    default int status(Refusal refusal) {
        return refusal.reason().status();
    }

    /** {@code {"error": {"message", "type", "param", "code"}}}, all four always. */
    Errors OPENAI = refusal -> {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", refusal.getMessage());
        error.put("type", refusal.reason().type());
        error.put("param", refusal.param().orElse(null));
        error.put("code", refusal.reason().code());
        return Map.of("error", error);
    };
}
