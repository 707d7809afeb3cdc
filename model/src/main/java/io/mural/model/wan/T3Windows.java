package io.mural.model.wan;

import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The windows of T3-Video's pattern: block i takes number i modulo their count.
 *
 * @param counts each how many windows there are along frames, rows and columns
 */
public record T3Windows(List<int[]> counts) {
    /** The authors' windows, for 81 frames of 3840 x 2176 pixels. */
    public static final T3Windows PUBLISHED = new T3Windows(List.of(
            new int[] {21, 1, 1}, new int[] {1, 17, 30}, new int[] {1, 8, 40}, new int[] {3, 17, 8}, new int[] {7, 8, 6
            }));

    private static final Pattern SET = Pattern.compile("\\s*(\\d{1,6})\\s*,\\s*(\\d{1,6})\\s*,\\s*(\\d{1,6})\\s*");

    public T3Windows {
        counts = List.copyOf(counts);
        for (var each : counts) {
            if (each.length != 3 || each[0] < 1 || each[1] < 1 || each[2] < 1) {
                throw new InputException("windows come as three numbers from 1 on: along frames, rows and columns");
            }
        }
        if (counts.isEmpty()) {
            throw new InputException("T3-Video's pattern takes at least one set of windows");
        }
    }

    /** Reads sets of three numbers, such as {@code 3,1,1/1,4,3}. */
    public static T3Windows of(String text) {
        List<int[]> sets = new ArrayList<>();
        for (var set : text.split("/", -1)) {
            var numbers = SET.matcher(set);
            if (!numbers.matches()) {
                throw InputException.about(
                        "windows", "`windows` " + text + ": write three numbers a set, as in 3,1,1/1,4,3");
            }
            sets.add(IntStream.rangeClosed(1, 3)
                    .map(i -> Integer.parseInt(numbers.group(i)))
                    .toArray());
        }
        return new T3Windows(sets);
    }

    /** As {@link #of(String)} reads it. */
    public String text() {
        return counts.stream().map(set -> set[0] + "," + set[1] + "," + set[2]).collect(Collectors.joining("/"));
    }

    /** The pattern of a transformer; all blocks have it. */
    public AttentionPattern pattern() {
        return (attn, config, block) -> {
            var each = counts.get(block % counts.size());
            return new T3Attention(
                    WanProjections.load(attn, config), new T3Attention.Windows(each[0], each[1], each[2]));
        };
    }
}
