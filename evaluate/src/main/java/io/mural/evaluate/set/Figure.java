package io.mural.evaluate.set;

import io.mural.evaluate.measure.Interval;

/**
 * A number of the table.
 *
 * @param count how many pictures or patches it is of
 * @param note what else it depends on, possibly empty
 */
public record Figure(String name, Interval interval, long count, String note) {
    static Figure of(String name, double value, long count, String note) {
        return new Figure(name, Interval.of(value), count, note);
    }

    public double value() {
        return interval.value();
    }
}
