package io.mural;

import io.mural.weights.text.JsonObject;
import java.math.BigInteger;

/** What a recipe may ask for: the same as the options, so that a picture from elsewhere cannot ask for more. */
final class Bounds {
    static final double LARGEST_SCALE = 100;
    static final int MOST_TEXT_TOKENS = 2048;
    static final int MOST_STEPS = 10_000;

    private static final BigInteger LOWEST_SEED = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger SEEDS = BigInteger.TWO.pow(Long.SIZE);

    private Bounds() {}

    static int whole(JsonObject json, String key, int most) {
        int value = json.integer(key);
        if (value < 1 || value > most) {
            throw json.error(key, "is " + value + ", expected 1 to " + most);
        }
        return value;
    }

    static double scale(JsonObject json, String key) {
        return number(json, key, 0);
    }

    static double number(JsonObject json, String key, double least) {
        double value = json.number(key);
        if (!(value >= least && value <= LARGEST_SCALE)) {
            throw json.error(key, "is " + value + ", expected " + (int) least + " to " + (int) LARGEST_SCALE);
        }
        return value;
    }

    /** A seed as torch takes it, from -2^63 to 2^64 - 1: its 64 bits. */
    static long seed(JsonObject json) {
        if (json.asMap().get("seed") instanceof BigInteger large && isSeed(large)) {
            return large.longValue();
        }
        return json.longInteger("seed");
    }

    static boolean isSeed(BigInteger number) {
        return number.compareTo(LOWEST_SEED) >= 0 && number.compareTo(SEEDS) < 0;
    }
}
