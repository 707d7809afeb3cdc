package io.mural.weights.file;

import io.mural.tensor.DType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The element types of GGUF files by their number there (ggml.h, {@code enum ggml_type}). */
final class GgufTypes {
    /** Every number ever given out; those that are no {@link DType} are known by name, for messages. */
    private static final List<String> NAMES = List.of(
            "F32",
            "F16",
            "Q4_0",
            "Q4_1",
            "Q4_2",
            "Q4_3",
            "Q5_0",
            "Q5_1",
            "Q8_0",
            "Q8_1",
            "Q2_K",
            "Q3_K",
            "Q4_K",
            "Q5_K",
            "Q6_K",
            "Q8_K",
            "IQ2_XXS",
            "IQ2_XS",
            "IQ3_XXS",
            "IQ1_S",
            "IQ4_NL",
            "IQ3_S",
            "IQ2_S",
            "IQ4_XS",
            "I8",
            "I16",
            "I32",
            "I64",
            "F64",
            "IQ1_M",
            "BF16",
            "Q4_0_4_4",
            "Q4_0_4_8",
            "Q4_0_8_8",
            "TQ1_0",
            "TQ2_0",
            "IQ4_NL_4_4",
            "IQ4_NL_4_8",
            "IQ4_NL_8_8",
            "MXFP4");

    private static final Map<DType, Integer> NUMBERS = new EnumMap<>(DType.class);

    static {
        for (DType dtype : DType.values()) {
            int number = NAMES.indexOf(dtype.name());
            if (number >= 0) {
                NUMBERS.put(dtype, number);
            }
        }
    }

    private GgufTypes() {}

    /** The type, where it is one that is read here. */
    static Optional<DType> of(long number) {
        return NUMBERS.entrySet().stream()
                .filter(entry -> entry.getValue() == number)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Such as {@code IQ4_XS}, or {@code type 99} where the number is none. */
    static String name(long number) {
        return number < NAMES.size() ? NAMES.get((int) number) : "type " + number;
    }

    /** The number of a type; {@link IllegalArgumentException} for those that GGUF has not. */
    static int number(DType dtype) {
        Integer number = NUMBERS.get(dtype);
        if (number == null) {
            throw new IllegalArgumentException("GGUF has no type " + dtype);
        }
        return number;
    }

    /** The types that are read here, for messages. */
    static String all() {
        return String.join(", ", NUMBERS.keySet().stream().map(DType::name).toList());
    }
}
