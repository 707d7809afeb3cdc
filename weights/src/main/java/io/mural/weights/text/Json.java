package io.mural.weights.text;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** Reads and writes JSON text. Duplicate keys, deep nesting and text after the value are refused. */
public final class Json {
    static final int MAX_DEPTH = 64;
    private static final int MAX_BYTES = 256 << 20;

    /** The strings of a training log in a header can be megabytes; everything else is small. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(400)
                    .maxNameLength(64 << 10)
                    .maxStringLength(128 << 20)
                    .build())
            .build();

    private static final Pattern STEERING =
            Pattern.compile("[\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff]");

    private Json() {}

    /** The object in a UTF-8 file; {@link InputException} naming the file when it cannot be read or holds another value. */
    public static JsonObject read(Path file) {
        return parse(file.toString(), text(file));
    }

    private static String text(Path file) {
        try {
            return SmallFile.text(file, MAX_BYTES);
        } catch (CharacterCodingException e) {
            throw new InputException(file + ": not valid UTF-8 text, so no JSON", e);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + Shown.reason(e), e);
        }
    }

    /** The objects of a UTF-8 file that holds a list of them. */
    public static List<JsonObject> readObjects(Path file) {
        return parse(file.toString(), "{\"entries\":" + text(file) + "}").objects("entries");
    }

    /** The object that {@code text} holds; {@code source} names it in errors. */
    public static JsonObject parse(String source, String text) {
        try (JsonParser parser = parser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new InputException(source + ": expected a JSON object, which begins with {");
            }
            Map<String, Object> values = object(source, parser);
            if (parser.nextToken() != null) {
                throw new InputException(source + ": text after the end of the JSON object" + place(parser));
            }
            return new JsonObject(source, "", values);
        } catch (JacksonException e) {
            throw invalid(source, e);
        }
    }

    /** Compact JSON of maps, iterables, strings, numbers, booleans, int[], double[] and nulls, nested as they come. */
    public static String write(Object value) {
        var text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            write(generator, value);
        }
        return escaped(text.toString());
    }

    /** Marks that steer a terminal or turn the direction of text stand in strings only, where they can be escaped. */
    private static String escaped(String json) {
        return STEERING.matcher(json)
                .replaceAll(match -> String.format(
                        Locale.ROOT, "\\\\u%04x", (int) match.group().charAt(0)));
    }

    public static JsonParser parser(String text) {
        return FACTORY.createParser(ObjectReadContext.empty(), new StringReader(text));
    }

    public static InputException invalid(String source, JacksonException e) {
        var at = e.getLocation();
        String where =
                at == null || at.getLineNr() < 1 ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        // The parser's own words end with the name of its setting, which says nothing to a user.
        String what = e.getOriginalMessage().replaceAll(", from `[^`]*`", "");
        return new InputException(source + ": not valid JSON" + where + ": " + Shown.text(what), e);
    }

    public static InputException duplicate(String source, String key, JsonParser parser) {
        return new InputException(source + ": the key " + Shown.quoted(key) + " occurs twice" + place(parser));
    }

    private static String place(JsonParser parser) {
        var at = parser.currentTokenLocation();
        return " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    }

    private static Map<String, Object> object(String source, JsonParser parser) {
        Map<String, Object> values = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            if (values.containsKey(key)) {
                throw duplicate(source, key, parser);
            }
            parser.nextToken();
            values.put(key, value(source, parser));
        }
        return values;
    }

    private static List<Object> array(String source, JsonParser parser) {
        List<Object> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(value(source, parser));
        }
        return values;
    }

    /** Map, List, String, Long (BigInteger beyond it), Double, Boolean or null. */
    private static Object value(String source, JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(source, parser);
            case START_ARRAY -> array(source, parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> real(source, parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new IllegalStateException("the JSON parser gave " + parser.currentToken() + " as a value");
        };
    }

    private static double real(String source, JsonParser parser) {
        double number = parser.getDoubleValue();
        if (!Double.isFinite(number)) {
            throw new InputException(source + ": the number " + Shown.text(parser.getString())
                    + " is larger than any that can be computed with" + place(parser));
        }
        return number;
    }

    private static Object integer(JsonParser parser) {
        Number number = parser.getNumberValue();
        return number instanceof BigInteger big ? big : (Object) number.longValue();
    }

    private static void write(JsonGenerator generator, Object value) {
        switch (value) {
            case null -> generator.writeNull();
            case Map<?, ?> map -> {
                generator.writeStartObject();
                map.forEach((key, item) -> {
                    generator.writeName((String) key);
                    write(generator, item);
                });
                generator.writeEndObject();
            }
            case Iterable<?> items -> {
                generator.writeStartArray();
                items.forEach(item -> write(generator, item));
                generator.writeEndArray();
            }
            case int[] items -> generator.writeArray(items, 0, items.length);
            case double[] items -> {
                generator.writeStartArray();
                for (double item : items) {
                    writeDouble(generator, item);
                }
                generator.writeEndArray();
            }
            case String text -> generator.writeString(text);
            case Boolean bool -> generator.writeBoolean(bool);
            case Integer number -> generator.writeNumber(number);
            case Long number -> generator.writeNumber(number);
            case BigInteger number -> generator.writeNumber(number);
            case BigDecimal number -> generator.writeNumber(number);
            case Float number -> writeDouble(generator, Double.parseDouble(number.toString()));
            case Double number -> writeDouble(generator, number);
            default ->
                throw new IllegalArgumentException(
                        "no JSON form for " + value.getClass().getName());
        }
    }

    private static void writeDouble(JsonGenerator generator, double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("JSON has no form for " + number);
        }
        generator.writeNumber(number);
    }
}
