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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The JSON of a safetensors header, read token by token: a hostile header of 100 MB then costs no more memory than the
 * tensors it names.
 */
record HeaderEntries(Map<String, Entry> entries, Map<String, String> metadata) {
    private static final String METADATA = "__metadata__";
    private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");
    private static final int MAX_RANK = 16;
    /** Bits of an element, for the types of the format that {@link DType} leaves out. */
    private static final Map<String, Integer> OTHER_TYPES = Map.of(
            "U16",
            16,
            "U32",
            32,
            "U64",
            64,
            "C64",
            64,
            "F8_E8M0",
            8,
            "F8_E4M3FNUZ",
            8,
            "F8_E5M2FNUZ",
            8,
            "F6_E2M3",
            6,
            "F6_E3M2",
            6,
            "F4",
            4);

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
        entries.forEach((name, entry) -> {
            if (!OTHER_TYPES.containsKey(entry.dtype())) {
                DType dtype = dtype(file, name, entry.dtype());
                long bytes = check(file, name, entry, dtype.bytes() * (long) Byte.SIZE, dataBytes);
                long offset = dataStart + entry.range().get(0);
                tensors.put(name, new TensorInfo(name, dtype, entry.shape(), file, offset, bytes));
            }
        });
        return tensors;
    }

    /** Those of types that nothing here computes with, checked in the same way. */
    Map<String, OtherTensor> others(Path file, long dataStart, long dataBytes) {
        Map<String, OtherTensor> others = new LinkedHashMap<>();
        entries.forEach((name, entry) -> {
            Integer bits = OTHER_TYPES.get(entry.dtype());
            if (bits != null) {
                long bytes = check(file, name, entry, bits, dataBytes);
                others.put(
                        name,
                        new OtherTensor(
                                name,
                                entry.dtype(),
                                file,
                                dataStart + entry.range().get(0),
                                bytes));
            }
        });
        return others;
    }

    /** How many bytes the tensor has. */
    private static long check(Path file, String name, Entry entry, long bits, long dataBytes) {
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
        // Where the range begins says nothing: the format promises no alignment, and all readers here do without.
        long bytes = byteCount(file, name, entry, bits);
        if (bytes != end - begin) {
            throw error(
                    file,
                    name,
                    entry.dtype() + " " + entry.shape() + " takes " + bytes + " bytes, but its data_offsets "
                            + entry.range() + " give " + (end - begin));
        }
        return bytes;
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
        String known = Stream.concat(
                        all.stream().map(DType::name),
                        OTHER_TYPES.keySet().stream().sorted())
                .collect(Collectors.joining(", "));
        throw error(file, name, "has the unknown dtype " + Shown.quoted(dtype) + "; known are " + known);
    }

    private static long byteCount(Path file, String name, Entry entry, long bits) {
        try {
            long all = bits;
            for (long size : entry.shape()) {
                all = Math.multiplyExact(all, size);
            }
            if (all % Byte.SIZE != 0) {
                throw error(file, name, entry.dtype() + " " + entry.shape() + " is no whole number of bytes");
            }
            return all / Byte.SIZE;
        } catch (ArithmeticException e) {
            InputException large = error(file, name, "has the shape " + entry.shape() + ", larger than any file");
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
            if (!FIELDS.contains(field)) {
                // as the reference implementation, which reads what it knows
                parser.nextToken();
                parser.skipChildren();
                continue;
            }
            Object before = switch (field) {
                case "dtype" -> dtype;
                case "shape" -> shape;
                default -> range;
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
        Map<String, String> metadata = new LinkedHashMap<>();
        if (parser.nextToken() == JsonToken.VALUE_NULL) {
            return metadata;
        }
        expect(file, parser, parser.currentToken(), JsonToken.START_OBJECT, METADATA);
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
