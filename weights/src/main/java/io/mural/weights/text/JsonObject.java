package io.mural.weights.text;

import io.mural.tensor.InputException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A JSON object that knows where it stands, so that a wrong or missing value is reported with its file and key. Keys
 * keep their order. A key whose value is null counts as absent.
 */
public final class JsonObject {
    private final String source;
    private final String path;
    private final Map<String, Object> values;

    JsonObject(String source, String path, Map<String, Object> values) {
        this.source = source;
        this.path = path;
        this.values = values;
    }

    /** The file (or other origin) it was read from. */
    public String source() {
        return source;
    }

    /** Whether the key is there with a value other than null. */
    public boolean has(String key) {
        return values.get(key) != null;
    }

    /** All keys in file order. */
    public Set<String> keys() {
        return Collections.unmodifiableSet(values.keySet());
    }

    /** The plain values: Map, List, String, Long (BigInteger beyond it), Double, Boolean and null. */
    public Map<String, Object> asMap() {
        return Collections.unmodifiableMap(values);
    }

    public String string(String key) {
        return values.get(required(key, "a text")) instanceof String text ? text : wrong(key, "a text");
    }

    public String string(String key, String absent) {
        return orElse(key, absent, () -> string(key));
    }

    public boolean bool(String key) {
        return values.get(required(key, "true or false")) instanceof Boolean b ? b : wrong(key, "true or false");
    }

    public boolean bool(String key, boolean absent) {
        return orElse(key, absent, () -> bool(key));
    }

    /** A whole number in the range of int; 64.0 is one too. */
    public int integer(String key) {
        return toInt(key, values.get(required(key, "a whole number")));
    }

    public int integer(String key, int absent) {
        return orElse(key, absent, () -> integer(key));
    }

    /** A whole number in the range of long. */
    public long longInteger(String key) {
        return values.get(required(key, "a whole number")) instanceof Long number
                ? number
                : wrong(key, "a whole number of at most " + Long.MAX_VALUE);
    }

    public long longInteger(String key, long absent) {
        return orElse(key, absent, () -> longInteger(key));
    }

    /** A finite number. */
    public double number(String key) {
        return toDouble(key, values.get(required(key, "a number")));
    }

    public double number(String key, double absent) {
        return orElse(key, absent, () -> number(key));
    }

    public int[] integers(String key) {
        List<?> items = list(key, "a list of whole numbers");
        int[] out = new int[items.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = toInt(key + "[" + i + "]", items.get(i));
        }
        return out;
    }

    public int[] integers(String key, int... absent) {
        return orElse(key, absent, () -> integers(key));
    }

    public double[] numbers(String key) {
        List<?> items = list(key, "a list of numbers");
        double[] out = new double[items.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = toDouble(key + "[" + i + "]", items.get(i));
        }
        return out;
    }

    public double[] numbers(String key, double... absent) {
        return orElse(key, absent, () -> numbers(key));
    }

    public List<String> strings(String key) {
        List<String> out = new ArrayList<>();
        for (Object item : list(key, "a list of texts")) {
            out.add(item instanceof String text ? text : wrong(key, "a list of texts"));
        }
        return Collections.unmodifiableList(out);
    }

    public List<String> strings(String key, List<String> absent) {
        return orElse(key, absent, () -> strings(key));
    }

    /** The list of objects under the key. */
    public List<JsonObject> objects(String key) {
        List<JsonObject> out = new ArrayList<>();
        for (Object item : list(key, "a list of objects")) {
            out.add(nested(key, path + key + "[" + out.size() + "].", item, "a list of objects"));
        }
        return Collections.unmodifiableList(out);
    }

    public List<JsonObject> objects(String key, List<JsonObject> absent) {
        return orElse(key, absent, () -> objects(key));
    }

    public JsonObject object(String key) {
        return nested(key, path + key + ".", values.get(required(key, "an object")), "an object");
    }

    public JsonObject object(String key, JsonObject absent) {
        return orElse(key, absent, () -> object(key));
    }

    /** The whole object as a table of whole numbers, such as a vocabulary. */
    public Map<String, Integer> integerMap() {
        Map<String, Integer> out = LinkedHashMap.newLinkedHashMap(values.size());
        values.forEach((key, value) -> out.put(key, toInt(key, value)));
        return Collections.unmodifiableMap(out);
    }

    /** An error about one key, in the form of the errors of this class: {@code <file>: "key" <what is wrong>}. */
    public InputException error(String key, String what) {
        return new InputException(source + ": " + Shown.quoted(path + key) + " " + what);
    }

    @Override
    public String toString() {
        return source + " " + values;
    }

    private <T> T orElse(String key, T absent, Supplier<T> present) {
        return has(key) ? present.get() : absent;
    }

    private String required(String key, String expected) {
        if (!has(key)) {
            throw error(key, "is missing, expected " + expected);
        }
        return key;
    }

    private <T> T wrong(String key, String expected) {
        throw error(key, "is " + shown(values.get(key)) + ", expected " + expected);
    }

    private List<?> list(String key, String expected) {
        return values.get(required(key, expected)) instanceof List<?> items ? items : wrong(key, expected);
    }

    @SuppressWarnings("unchecked") // Json makes no other maps than those with String keys
    private JsonObject nested(String key, String nestedPath, Object value, String expected) {
        return value instanceof Map<?, ?> map
                ? new JsonObject(source, nestedPath, (Map<String, Object>) map)
                : wrong(key, expected);
    }

    private int toInt(String key, Object value) {
        if (value instanceof Long number && number == number.intValue()) {
            return number.intValue();
        }
        if (value instanceof Double number && number == number.intValue()) {
            return number.intValue();
        }
        boolean large = value instanceof Long || value instanceof BigInteger;
        throw error(key, "is " + shown(value) + ", expected a whole number" + (large ? " of 32 bits" : ""));
    }

    private double toDouble(String key, Object value) {
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw error(key, "is " + shown(value) + ", expected a number");
    }

    private static String shown(Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> Shown.quoted(text);
            case Map<?, ?> _ -> "an object";
            case List<?> _ -> "a list";
            default -> Shown.text(value.toString());
        };
    }
}
