package io.mural.engine.text;

import java.util.Locale;

/** Numbers as people read them. */
public final class Figures {
    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final String[] COUNTS = {"", " thousand", " million", " billion"};

    private static final String[] FLOPS = {"FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP"};

    private Figures() {}

    /** Such as {@code 1.5 GiB}. */
    public static String bytes(long bytes) {
        return scaled(bytes, 1024, " ", BYTES);
    }

    /** Such as {@code 11.9 billion}. */
    public static String count(long count) {
        return scaled(count, 1000, "", COUNTS);
    }

    /** Floating-point operations, such as {@code 3.9 GFLOP}. */
    public static String flop(double operations) {
        return scaled(Math.round(operations), 1000, " ", FLOPS);
    }

    private static String scaled(long value, int step, String gap, String... units) {
        double scaled = value;
        int unit = 0;
        while (Math.round(scaled) >= step && unit < units.length - 1) {
            scaled /= step;
            unit++;
        }
        var digits = unit == 0 || scaled >= 100 ? "%.0f" : "%.1f";
        return String.format(Locale.ROOT, digits, scaled) + gap + units[unit];
    }

    /** Such as {@code 0.31 s}, {@code 12.4 s}, {@code 3:07}, {@code 1:02:09}. */
    public static String duration(double seconds) {
        if (seconds < 99.95) {
            return String.format(Locale.ROOT, seconds < 9.995 ? "%.2f s" : "%.1f s", seconds);
        }
        return clock(seconds);
    }

    /** Such as {@code 0:05}, {@code 3:07}, {@code 1:02:09}. */
    public static String clock(double seconds) {
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }

    /** A number without the zeros that say nothing: {@code 2.5}, {@code 1}. */
    public static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
