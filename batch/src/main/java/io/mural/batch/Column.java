package io.mural.batch;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The columns that mural reads. A table may have others, which are copied to the result. */
enum Column {
    ID,
    PROMPT,
    NEGATIVE,
    SEED,
    COUNT,
    WIDTH,
    HEIGHT,
    STEPS,
    GUIDANCE,
    TRUE_CFG,
    STRENGTH,
    MODEL,
    LORAS,
    INIT_IMAGE,
    REFERENCES;

    /** Names this short are near everything. */
    private static final int SHORT = 4;

    /** As tables write it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Column> named(String name) {
        return Arrays.stream(values()).filter(column -> column.text().equals(name)).findFirst();
    }

    /** The column whose name this nearly is: other case, other signs between words, or one slip of the hand. */
    static Optional<Column> nearly(String name) {
        if (named(name).isPresent()) {
            return Optional.empty();
        }
        var plain = plain(name);
        return Arrays.stream(values())
                .filter(column -> plain(column.text()).equals(plain)
                        || (name.length() >= SHORT && slips(plain(column.text()), plain) == 1))
                .findFirst();
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** Letters put in, left out, changed or swapped with their neighbours (Damerau's distance, adjacent swaps once). */
    private static int slips(String from, String to) {
        var distance = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                distance[i][j] = i == 0 || j == 0 ? i + j : step(distance, from, to, i, j);
            }
        }
        return distance[from.length()][to.length()];
    }

    private static int step(int[][] distance, String from, String to, int i, int j) {
        int changed = distance[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        int best = Math.min(changed, 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
        boolean swapped = i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(best, distance[i - 2][j - 2] + 1) : best;
    }
}
