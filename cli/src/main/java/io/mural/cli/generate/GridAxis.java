package io.mural.cli.generate;

import io.mural.Request;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A direction of a contact sheet: what changes along it, and its values.
 *
 * @param values as they were written, each of the kind's
 */
record GridAxis(Kind kind, List<String> values) {
    private static final int MOST_VALUES = 64;
    /** What the letters of labels can spell. */
    private static final Pattern PLAIN = Pattern.compile("-?\\d+(\\.\\d+)?");

    /** What may change from picture to picture. */
    enum Kind {
        SEED((request, text) -> request.seed(new SeedOption().convert(text))),
        STEPS((request, text) -> request.steps(Integer.parseInt(text))),
        GUIDANCE((request, text) -> request.guidance(Double.parseDouble(text))),
        TRUE_CFG((request, text) -> request.trueCfg(Double.parseDouble(text)));

        private final BiConsumer<Request.Builder, String> setter;

        Kind(BiConsumer<Request.Builder, String> setter) {
            this.setter = setter;
        }

        /** As options and labels have it. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    GridAxis {
        values = List.copyOf(values);
    }

    void set(Request.Builder request, int index) {
        kind.setter.accept(request, values.get(index));
    }

    String label(int index) {
        return kind.word() + " " + values.get(index);
    }

    /** Reads {@code steps=4,8,16} or {@code seed=1..4}. */
    static final class Converter implements ITypeConverter<GridAxis> {
        @Override
        public GridAxis convert(String text) {
            int equals = text.indexOf('=');
            var kind = List.of(Kind.values()).stream()
                    .filter(each -> equals > 0 && each.word().equals(text.substring(0, equals)))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + text
                            + "' is no axis; write seed, steps, guidance or true-cfg with values, as in steps=4,8,16"));
            List<String> values = new ArrayList<>();
            for (var part : text.substring(equals + 1).split(",", -1)) {
                values.addAll(kind == Kind.SEED || kind == Kind.STEPS ? range(part.strip()) : List.of(part.strip()));
            }
            if (values.size() > MOST_VALUES) {
                throw new TypeConversionException(
                        "'" + text + "' has " + values.size() + " values; write at most " + MOST_VALUES);
            }
            values.forEach(value -> require(kind, value));
            if (new HashSet<>(values).size() < values.size()) {
                throw new TypeConversionException("'" + text + "' has a value twice");
            }
            return new GridAxis(kind, values);
        }

        private static List<String> range(String part) {
            int dots = part.indexOf("..");
            if (dots < 0) {
                return List.of(part);
            }
            try {
                long first = Long.parseLong(part.substring(0, dots));
                long last = Long.parseLong(part.substring(dots + 2));
                List<String> all = new ArrayList<>();
                // One more than there may be is enough to be refused.
                for (long i = first; i <= last && all.size() <= MOST_VALUES; i++) {
                    all.add(Long.toString(i));
                }
                if (!all.isEmpty()) {
                    return all;
                }
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + part + "' is no range; write it as 1..4");
            }
            throw new TypeConversionException("'" + part + "' is empty; write the smaller number first");
        }

        private static void require(Kind kind, String value) {
            boolean isNumber = PLAIN.matcher(value).matches();
            try {
                if (isNumber) {
                    kind.setter.accept(Request.of("a"), value);
                }
            } catch (NumberFormatException e) {
                isNumber = false;
            }
            if (!isNumber) {
                throw new TypeConversionException("'" + value + "' is no number for " + kind.word());
            }
        }
    }
}
