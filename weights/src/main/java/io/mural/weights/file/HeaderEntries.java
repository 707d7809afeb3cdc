package io.mural.weights.file;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.Shown;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The JSON of a safetensors header, read token by token: a hostile header of 100 MB then costs no more memory than the
 * tensors it names.
 */
record HeaderEntries(Map<String, Entry> entries, Map<String, String> metadata) {
    private static final String METADATA = "__metadata__";
    private static final int MAX_RANK = 16;

    /** One tensor as written: its range counts from the start of the data. */
    record Entry(String dtype, List<Long> shape, List<Long> range) {}

    static HeaderEntries parse(Path file, String json) {
        try (JsonParser parser = Json.parser(json)) {
            Map<String, Entry> entries = new LinkedHashMap<>();
            Map<String, String> metadata = null;
            expect(file, parser, parser.nextToken(), JsonToken.START_OBJECT, "the header");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                if (name.equals(METADATA) ? metadata != null : entries.containsKey(name)) {
                    throw Json.duplicate(file + ": header", name, parser);
                }
                if (name.equals(METADATA)) {
                    metadata = metadata(file, parser);
                } else {
                    entries.put(name, entry(file, name, parser));
                }
            }
            if (parser.nextToken() != null) {
                throw new InputException(file + ": text after the end of the header's JSON: not a safetensors file");
            }
            return new HeaderEntries(entries, metadata == null ? Map.of() : metadata);
        } catch (JacksonException e) {
            throw Json.invalid(file + ": header", e);
        }
    }

    /** The tensors, each checked against its own shape and dtype and against the {@code dataBytes} there are. */
    Map<String, TensorInfo> tensors(Path file, long dataStart, long dataBytes) {
        Map<String, TensorInfo> tensors = LinkedHashMap.newLinkedHashMap(entries.size());
        entries.forEach((name, entry) -> tensors.put(name, tensor(file, name, entry, dataStart, dataBytes)));
        return tensors;
    }

    private static TensorInfo tensor(Path file, String name, Entry entry, long dataStart, long dataBytes) {
        DType dtype = dtype(file, name, entry.dtype());
        if (entry.range().size() != 2) {
            throw error(file, name, "has data_offsets " + shown(entry.range()) + ", expected a begin and an end");
        }
        long begin = entry.range().get(0);
        long end = entry.range().get(1);
        if (begin > end) {
            throw error(file, name, "has data_offsets " + entry.range() + ", which end before they begin");
        }
        if (end > dataBytes) {
            throw error(
                    file,
                    name,
                    "lies at bytes " + entry.range() + " of the data, but the file holds " + dataBytes
                            + ": it is truncated or its header is wrong; download it again");
        }
        long bytes = byteCount(file, name, dtype, entry.shape());
        if (bytes != end - begin) {
            throw error(
                    file,
                    name,
                    dtype + " " + entry.shape() + " takes " + bytes + " bytes, but its data_offsets " + entry.range()
                            + " give " + (end - begin));
        }
        // Counted within the data: headers of older files are not padded, so the file position proves nothing.
        if (begin % dtype.bytes() != 0) {
            throw error(
                    file,
                    name,
                    "begins at byte " + begin + " of the data, misaligned for " + dtype + " of " + dtype.bytes()
                            + " bytes; save the file again with safetensors' own save_file");
        }
        return new TensorInfo(name, dtype, entry.shape(), file, dataStart + begin, bytes);
    }

    private static DType dtype(Path file, String name, String dtype) {
        // Blocks are GGUF's.
        List<DType> all =
                Arrays.stream(DType.values()).filter(each -> !each.isBlocked()).toList();
        for (DType known : all) {
            if (known.name().equals(dtype)) {
                return known;
            }
        }
        String known = all.stream().map(DType::name).collect(Collectors.joining(", "));
        throw error(file, name, "has the unknown dtype " + Shown.quoted(dtype) + "; known are " + known);
    }

    private static long byteCount(Path file, String name, DType dtype, List<Long> shape) {
        try {
            long bytes = dtype.bytes();
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
            return bytes;
        } catch (ArithmeticException e) {
            InputException large = error(file, name, "has the shape " + shape + ", larger than any file");
            large.initCause(e);
            throw large;
        }
    }

    private static Entry entry(Path file, String name, JsonParser parser) {
        String tensor = "tensor " + Shown.quoted(name);
        expect(file, parser, parser.nextToken(), JsonToken.START_OBJECT, tensor);
        String dtype = null;
        List<Long> shape = null;
        List<Long> range = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            Object before = switch (field) {
                case "dtype" -> dtype;
                case "shape" -> shape;
                case "data_offsets" -> range;
                default -> throw error(file, name, "has the unknown field " + Shown.quoted(field));
            };
            if (before != null) {
                throw Json.duplicate(file + ": " + tensor, field, parser);
            }
            JsonToken value = parser.nextToken();
            switch (field) {
                case "dtype" -> {
                    expect(file, parser, value, JsonToken.VALUE_STRING, tensor + " dtype");
                    dtype = parser.getString();
                }
                case "shape" -> shape = sizes(file, parser, value, tensor + " shape");
                default -> range = sizes(file, parser, value, tensor + " data_offsets");
            }
        }
        if (dtype == null || shape == null || range == null) {
            throw error(file, name, "lacks one of dtype, shape, data_offsets");
        }
        return new Entry(dtype, shape, range);
    }

    private static List<Long> sizes(Path file, JsonParser parser, JsonToken first, String what) {
        expect(file, parser, first, JsonToken.START_ARRAY, what);
        List<Long> sizes = new ArrayList<>(4);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(file, parser, parser.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
            if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER || parser.getLongValue() < 0) {
                throw new InputException(file + ": " + what + " holds " + Shown.text(parser.getString())
                        + ", expected whole numbers from 0 to " + Long.MAX_VALUE);
            }
            if (sizes.size() == MAX_RANK) {
                throw new InputException(file + ": " + what + " has more than " + MAX_RANK + " numbers");
            }
            sizes.add(parser.getLongValue());
        }
        return sizes;
    }

    private static Map<String, String> metadata(Path file, JsonParser parser) {
        expect(file, parser, parser.nextToken(), JsonToken.START_OBJECT, METADATA);
        Map<String, String> metadata = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            expect(file, parser, parser.nextToken(), JsonToken.VALUE_STRING, METADATA + " " + Shown.quoted(key));
            if (metadata.put(key, parser.getString()) != null) {
                throw Json.duplicate(file + ": " + METADATA, key, parser);
            }
        }
        return metadata;
    }

    private static void expect(Path file, JsonParser parser, JsonToken found, JsonToken expected, String what) {
        if (found != expected) {
            String words = switch (expected) {
                case START_OBJECT -> "an object";
                case START_ARRAY -> "a list";
                case VALUE_STRING -> "a text";
                default -> "a whole number";
            };
            throw new InputException(
                    file + ": header: " + what + " is " + Shown.quoted(token(parser)) + ", expected " + words);
        }
    }

    private static String token(JsonParser parser) {
        return parser.currentToken() == null ? "missing" : String.valueOf(parser.getString());
    }

    private static String shown(List<Long> numbers) {
        return Shown.text(numbers.toString());
    }

    private static InputException error(Path file, String name, String what) {
        return new InputException(file + ": tensor " + Shown.quoted(name) + " " + what);
    }
}
