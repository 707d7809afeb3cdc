package io.mural.server.http;

import io.mural.tensor.InputException;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A request that is not done, with what the client is told. The message never holds a path or a stack trace. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final String INVALID = "invalid_request_error";

    /** Names of settings whose field has another name in requests than {@code snake_case} of its own. */
    private static final Map<String, String> FIELDS =
            Map.of("init-image", "image", "reference", "image", "negative", "negative_prompt");

    private final Reason reason;
    private final String param; // null where no field is at fault
    private final int retryAfter;

    /** Why, as status, type and code of the error. */
    public enum Reason {
        MISSING(400, INVALID, "missing_required_parameter"),
        INVALID_VALUE(400, INVALID, "invalid_value"),
        UNKNOWN(400, INVALID, "unknown_parameter"),
        UNSUPPORTED(400, INVALID, "unsupported_parameter"),
        INVALID_JSON(400, INVALID, "invalid_json"),
        INVALID_IMAGE(400, INVALID, "invalid_image"),
        TOO_LARGE(400, INVALID, "picture_too_large"),
        MALFORMED(400, INVALID, "malformed_request"),
        NO_TOKEN(401, INVALID, "invalid_api_key"),
        ORIGIN(403, "permission_error", "forbidden_origin"),
        HOST(403, "permission_error", "forbidden_host"),
        NO_MODEL(404, INVALID, "model_not_found"),
        NOT_FOUND(404, INVALID, "not_found"),
        METHOD(405, INVALID, "method_not_allowed"),
        REQUEST_TOO_LARGE(413, INVALID, "request_too_large"),
        MEDIA_TYPE(415, INVALID, "unsupported_media_type"),
        KEY_REUSED(422, INVALID, "idempotency_key_reused"),
        QUEUE_FULL(429, "rate_limit_error", "queue_full"),
        FAILED(500, "server_error", "generation_failed"),
        STOPPING(503, "server_error", "server_stopping");

        private final int status;
        private final String type;
        private final String code;

        Reason(int status, String type, String code) {
            this.status = status;
            this.type = type;
            this.code = code;
        }

        public int status() {
            return status;
        }

        public String type() {
            return type;
        }

        public String code() {
            return code;
        }
    }

    private Refusal(Reason reason, String param, String message, int retryAfter, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.param = param;
        this.retryAfter = retryAfter;
    }

    public Refusal(Reason reason, String message) {
        this(reason, null, message, 0, null);
    }

    /** @param param the field at fault */
    public Refusal(Reason reason, String param, String message) {
        this(reason, param, message, 0, null);
    }

    /** One that may succeed later. */
    public static Refusal later(Reason reason, String message, int seconds) {
        return new Refusal(reason, null, message, Math.max(1, seconds), null);
    }

    /** An error that the user can correct, in the words of requests: settings are fields. */
    public static Refusal of(Reason reason, InputException e) {
        var param = e.field().map(Refusal::field).orElse(null);
        return new Refusal(reason, param, e.message(Refusal::field), 0, e);
    }

    /** The same with its message changed, such as without what clients are not told. */
    public Refusal said(UnaryOperator<String> change) {
        var message = change.apply(getMessage());
        return message.equals(getMessage()) ? this : new Refusal(reason, param, message, retryAfter, this);
    }

    /** The field of a setting. */
    public static String field(String setting) {
        return FIELDS.getOrDefault(setting, setting.replace('-', '_'));
    }

    public Reason reason() {
        return reason;
    }

    public Optional<String> param() {
        return Optional.ofNullable(param);
    }

    /** Seconds after which it may be tried again; 0 for never. */
    public int retryAfter() {
        return retryAfter;
    }
}
