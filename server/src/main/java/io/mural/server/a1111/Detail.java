package io.mural.server.a1111;

import io.mural.server.http.Errors;
import io.mural.server.http.Refusal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Errors as AUTOMATIC1111's web UI tells them: a bad body is 422 with a list, all else a {@code detail}. */
public final class Detail implements Errors {
    public static final Detail ERRORS = new Detail();
    private static final int BAD_REQUEST = 400;
    private static final int BAD_BODY = 422;

    private Detail() {}

    @Override
    public int status(Refusal refusal) {
        int status = refusal.reason().status();
        return status == BAD_REQUEST ? BAD_BODY : status;
    }

    @Override
    public Map<String, Object> document(Refusal refusal) {
        Map<String, Object> error = new LinkedHashMap<>();
        switch (status(refusal)) {
            case 404 -> error.put("detail", "Not Found");
            case BAD_BODY -> error.put("detail", List.of(place(refusal)));
            default -> {
                error.put("error", "HTTPException");
                error.put("detail", refusal.getMessage());
                error.put("body", "");
                error.put("errors", refusal.getMessage());
            }
        }
        return error;
    }

    private static Map<String, Object> place(Refusal refusal) {
        Map<String, Object> place = new LinkedHashMap<>();
        place.put("loc", List.of("body", refusal.param().orElse("")));
        place.put("msg", refusal.getMessage());
        return place;
    }
}
