package io.mural.batch;

import io.mural.batch.Row.LoraUse;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads a row's cells; everything that is wrong with it is told, not just the first. */
public final class RowReader {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    /** torch takes seeds of 64 bits. */
    private static final BigInteger MOST_SEED = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

    private static final int MOST_PICTURES = 1_000_000;
    /** Digits of one that anybody means. */
    private static final int LONGEST_NUMBER = 100;

    private final long number;
    private final int digits;
    private final Map<String, Object> cells;
    private final Consumer<RowFault> faults;
    private boolean sound = true;

    private RowReader(long number, int digits, Map<String, Object> cells, Consumer<RowFault> faults) {
        this.number = number;
        this.digits = digits;
        this.cells = cells;
        this.faults = faults;
    }

    /**
     * Reads a row.
     *
     * @param number the first row is 1
     * @param digits how many the number has at least where it serves as id
     * @param cells texts, numbers or lists by column; null and the empty text are no value
     * @return the row; empty if anything is wrong with it, which {@code faults} was told
     */
    public static Optional<Row> read(long number, int digits, Map<String, Object> cells, Consumer<RowFault> faults) {
        return new RowReader(number, digits, cells, faults).row();
    }

    /** Reads a row whose number serves as id where it has none. */
    public static Optional<Row> read(long number, Map<String, Object> cells, Consumer<RowFault> faults) {
        return read(number, Census.DIGITS, cells, faults);
    }

    /** 64 bits that tell ids apart, but for a chance of one in 40 million tables of a million rows. */
    public static long print(String id) {
        return Census.print(id);
    }

    /** What is wrong with the names of a table's columns. */
    public static List<String> faultsOf(Collection<String> columns) {
        List<String> wrong = new ArrayList<>();
        for (var name : columns) {
            Column.nearly(name)
                    .ifPresent(meant -> wrong.add("column " + name + ": did you mean " + meant.text() + "? Rename it"));
            if (ResultRow.RESERVED.contains(name)) {
                wrong.add("column " + name + ": the result has a column of this name; rename it");
            }
        }
        return wrong;
    }

    private Optional<Row> row() {
        var id = text(Column.ID).orElseGet(() -> String.format(Locale.ROOT, "%0" + digits + "d", number));
        if (!ID.matcher(id).matches()) {
            fault(Column.ID, "must be 1 to 100 letters, digits, dots, underscores and hyphens");
        }
        var prompt = text(Column.PROMPT);
        if (prompt.isEmpty()) {
            fault(Column.PROMPT, "is missing");
        }
        var row = new Row(
                number,
                id,
                prompt.orElse(""),
                text(Column.NEGATIVE),
                whole(Column.SEED, BigInteger.ZERO, MOST_SEED)
                        .map(BigInteger::longValue)
                        .orElseGet(() -> seed(id)),
                positive(Column.COUNT).orElse(1),
                new Row.Look(
                        positive(Column.WIDTH),
                        positive(Column.HEIGHT),
                        positive(Column.STEPS),
                        decimal(Column.GUIDANCE),
                        decimal(Column.TRUE_CFG),
                        decimal(Column.STRENGTH)),
                new Row.Sources(text(Column.MODEL), loras(), text(Column.INIT_IMAGE), texts(Column.REFERENCES)),
                cells);
        if (row.look().width().isPresent() != row.look().height().isPresent()) {
            fault(Column.WIDTH, "width and height go together; give both or neither");
        }
        return sound ? Optional.of(row) : Optional.empty();
    }

    /** The first 63 bits of the id's SHA-256: the same wherever and whenever the row is read. */
    static long seed(String id) {
        return ByteBuffer.wrap(Digest.sha256(id.getBytes(StandardCharsets.UTF_8)))
                        .getLong()
                >>> 1;
    }

    private void fault(Column column, String message) {
        sound = false;
        faults.accept(new RowFault(number, Optional.of(column.text()), message));
    }

    private Optional<Object> value(Column column) {
        return Optional.ofNullable(cells.get(column.text())).filter(value -> !value.equals(""));
    }

    private Optional<String> text(Column column) {
        return value(column).flatMap(value -> switch (value) {
            case String text -> Optional.of(text);
            case Number number -> Optional.of(number.toString());
            default -> wrong(column, "must be a text");
        });
    }

    private Optional<Integer> positive(Column column) {
        return whole(column, BigInteger.ONE, BigInteger.valueOf(MOST_PICTURES)).map(BigInteger::intValueExact);
    }

    private Optional<BigInteger> whole(Column column, BigInteger least, BigInteger most) {
        return number(column, "must be a whole number", RowReader::whole)
                .flatMap(value -> value.compareTo(least) < 0 || value.compareTo(most) > 0
                        ? wrong(column, "must be between " + least + " and " + most + " but is " + value)
                        : Optional.of(value));
    }

    /** Of a number such as 1e999999999 the digits are not written out. */
    private static BigInteger whole(String text) {
        var number = new BigDecimal(text).stripTrailingZeros();
        return number.precision() - (long) number.scale() > LONGEST_NUMBER
                ? BigInteger.TEN.pow(LONGEST_NUMBER).multiply(BigInteger.valueOf(number.signum()))
                : number.toBigIntegerExact();
    }

    private Optional<Double> decimal(Column column) {
        return number(column, "must be a number", text -> new BigDecimal(text).doubleValue())
                .flatMap(value -> value < 0 || Double.isInfinite(value)
                        ? wrong(column, "must be a number of at least 0")
                        : Optional.of(value));
    }

    private <T> Optional<T> number(Column column, String rule, Function<String, T> parse) {
        return value(column).flatMap(value -> {
            var text = value.toString().strip();
            if (text.length() > LONGEST_NUMBER) {
                return wrong(column, rule);
            }
            try {
                return Optional.of(parse.apply(text));
            } catch (ArithmeticException | NumberFormatException e) {
                return wrong(column, rule + " but is " + value);
            }
        });
    }

    private <T> Optional<T> wrong(Column column, String message) {
        fault(column, message);
        return Optional.empty();
    }

    /** A list, or texts with a comma between them. */
    private List<String> texts(Column column) {
        return value(column)
                .map(value -> switch (value) {
                    case List<?> list
                    when list.stream().allMatch(String.class::isInstance) ->
                        list.stream().map(Object::toString).toList();
                    case String text -> split(text);
                    default ->
                        this.<List<String>>wrong(column, "must be a list of texts")
                                .orElse(List.of());
                })
                .orElse(List.of());
    }

    private static List<String> split(String text) {
        return Pattern.compile(",")
                .splitAsStream(text)
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /** {@code style:0.8,film:0.5}, a list of such texts, or objects with {@code name} and {@code scale}. */
    private List<LoraUse> loras() {
        List<LoraUse> loras = new ArrayList<>();
        var parts = value(Column.LORAS)
                .map(value -> value instanceof List<?> list ? list : List.copyOf(split(value.toString())))
                .orElse(List.of());
        for (Object part : parts) {
            lora(part).ifPresent(loras::add);
        }
        return loras;
    }

    private Optional<LoraUse> lora(Object part) {
        try {
            if (part instanceof Map<?, ?> object && object.get("name") instanceof String name) {
                Object scale = object.get("scale");
                return Optional.of(new LoraUse(name, scale == null ? 1 : Double.parseDouble(scale.toString())));
            }
            if (part instanceof String text) {
                int colon = text.lastIndexOf(':');
                return Optional.of(
                        colon < 0
                                ? new LoraUse(text, 1)
                                : new LoraUse(text.substring(0, colon), Double.parseDouble(text.substring(colon + 1))));
            }
        } catch (NumberFormatException e) {
            return wrong(Column.LORAS, "the scale in " + part + " is no number; write name:0.8");
        }
        return wrong(Column.LORAS, "must be name:scale, with commas between several");
    }
}
