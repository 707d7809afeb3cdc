package io.mural.spark;

import io.mural.spark.Assayed.Kind;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Pictures cut into tasks: by model, large ones first, each task about so many seconds of a device and at least a picture.
 * Spark starts the tasks of a stage in their order, so the small ones fill the end.
 */
final class Cut implements Serializable {
    private static final long serialVersionUID = 1L;
    /** Rows that cannot be made take no time; a task has so many. */
    private static final int MOST_A_TASK = 10_000;

    private final HashMap<Kind, Run> runs = new HashMap<>();
    private final int tasks;

    /**
     * Pictures of a kind, one after the other.
     *
     * @param start seconds since the first picture of the same setup
     * @param each seconds of a picture
     * @param task the first of the setup
     */
    private record Run(double start, double each, int task) implements Serializable {}

    /** Pictures of a kind, and what all of them take. */
    record Sum(long pictures, double seconds) implements Serializable {
        Sum plus(Sum other) {
            return new Sum(pictures + other.pictures, seconds + other.seconds);
        }

        double each() {
            return seconds / pictures;
        }
    }

    /** @param taskSeconds of a device */
    Cut(Map<Kind, Sum> kinds, double taskSeconds) {
        var order = new ArrayList<>(kinds.keySet());
        order.sort(Comparator.comparing(Kind::setup)
                .thenComparing(Comparator.comparingDouble(Kind::flops).reversed()));
        double most = Math.max(taskSeconds, 1e-9);
        int next = 0;
        int first = 0;
        double start = 0;
        String setup = null;
        for (var kind : order) {
            if (!kind.setup().equals(setup)) {
                setup = kind.setup();
                start = 0;
                first = next;
            }
            var sum = kinds.get(kind);
            double each = Math.clamp(sum.each(), most / MOST_A_TASK, most);
            var run = new Run(start, each, first);
            runs.put(kind, run);
            start += sum.pictures() * each;
            next = task(run, sum.pictures() - 1, most) + 1;
        }
        this.seconds = most;
        tasks = Math.max(1, next);
    }

    private final double seconds;

    private static int task(Run run, long picture, double seconds) {
        // A hair's breadth forgives that the sums of many seconds are rounded.
        return Math.toIntExact(run.task() + (long) Math.floor((run.start() + picture * run.each()) / seconds + 1e-9));
    }

    int tasks() {
        return tasks;
    }

    /** The task of a kind's n-th picture. */
    int task(Kind kind, long picture) {
        return task(runs.get(kind), picture, seconds);
    }

    /** How many of a kind's pictures, from the n-th on, are in its task; at most {@code pictures}. */
    int together(Kind kind, long from, int pictures) {
        int task = task(kind, from);
        int least = 1;
        int most = pictures;
        while (least < most) {
            int middle = (least + most + 1) >>> 1;
            if (task(kind, from + middle - 1) == task) {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        return least;
    }

    /** Where the pictures of each part of a table begin among all of their kind. */
    static List<Map<Kind, Long>> starts(List<Map<Kind, Sum>> parts) {
        Map<Kind, Long> next = new HashMap<>();
        List<Map<Kind, Long>> starts = new ArrayList<>();
        for (var part : parts) {
            Map<Kind, Long> own = new HashMap<>();
            part.forEach((kind, sum) -> {
                long start = next.getOrDefault(kind, 0L);
                own.put(kind, start);
                next.put(kind, start + sum.pictures());
            });
            starts.add(own);
        }
        return starts;
    }
}
