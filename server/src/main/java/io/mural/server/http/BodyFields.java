package io.mural.server.http;

import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The fields of a body, each read once: a wrong type names its field, and what nobody read is refused. */
public final class BodyFields {
    private final JsonObject json;
    private final Set<String> known = new HashSet<>();
    private final List<String> ignored = new ArrayList<>();

    public BodyFields(JsonObject json) {
        this.json = json;
    }

    public JsonObject json() {
        return json;
    }

    /** Reads a field by a function; empty where it is absent or null. */
    public <T> Optional<T> read(String key, Function<JsonObject, T> how) {
        known.add(key);
        if (!json.has(key)) {
            return Optional.empty();
        }
        try {
            return Optional.of(how.apply(json));
        } catch (InputException e) {
            throw new Refusal(Refusal.Reason.INVALID_VALUE, key, e.getMessage().replaceFirst("^the body: ", ""));
        }
    }

    public Optional<String> text(String key) {
        return read(key, each -> each.string(key));
    }

    public Optional<Integer> whole(String key) {
        return read(key, each -> each.integer(key));
    }

    public Optional<Double> number(String key) {
        return read(key, each -> each.number(key));
    }

    public Optional<Boolean> bool(String key) {
        return read(key, each -> each.bool(key));
    }

    /** A whole number within bounds. */
    public Optional<Integer> whole(String key, int least, int most) {
        var value = whole(key);
        value.filter(each -> each < least || each > most).ifPresent(each -> {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE, key, key + " is " + each + ", choose " + least + " to " + most);
        });
        return value;
    }

    /** A text that must be there and not blank. */
    public String required(String key) {
        var value = text(key).orElseThrow(() -> new Refusal(Refusal.Reason.MISSING, key, key + " is missing"));
        if (value.isBlank()) {
            throw new Refusal(Refusal.Reason.INVALID_VALUE, key, key + " is empty");
        }
        return value;
    }

    /** A field that has no effect here, which the answer says. */
    public void ignore(String key) {
        known.add(key);
        if (json.has(key)) {
            ignored.add(key);
        }
    }

    /** All others have no effect, which the answer says. */
    public void ignoreOthers() {
        json.keys().stream().filter(key -> !known.contains(key)).toList().forEach(this::ignore);
    }

    /** Tells the client what of the body has no effect. */
    public void tellIgnored(Exchange exchange) {
        if (!ignored.isEmpty()) {
            exchange.header("Mural-Ignored", String.join(", ", ignored));
        }
    }

    /** Adds a field to those that the answer says have no effect. */
    public void tell(String key) {
        ignored.add(key);
    }

    /** Refuses fields that nobody read. */
    public void requireKnown() {
        for (var key : json.keys()) {
            if (!known.contains(key) && json.has(key)) {
                throw new Refusal(Refusal.Reason.UNKNOWN, key, "the field " + shown(key) + " is not known here");
            }
        }
    }

    private static String shown(String key) {
        return key.length() > 60 ? key.substring(0, 60) + "..." : key;
    }
}
