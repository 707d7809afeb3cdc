package io.mural.spark;

import java.io.Serializable;
import java.util.Comparator;
import org.apache.spark.Partitioner;

/**
 * Pictures of a row that one task makes.
 *
 * @param first 0 is the row's first picture
 */
record Piece(Assayed row, int first, int pictures) implements Serializable {
    /**
     * Where a piece stands.
     *
     * @param order the larger its pictures, the earlier
     */
    record Place(int task, double flops, long order) implements Serializable {}

    /** The order in a task: large pictures first, so that rows of a kind follow each other. */
    static final class Order implements Comparator<Place>, Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public int compare(Place one, Place two) {
            int byCost = Double.compare(two.flops(), one.flops());
            return byCost == 0 ? Long.compare(one.order(), two.order()) : byCost;
        }
    }

    /** A partition for each task. */
    static final class ByTask extends Partitioner {
        private static final long serialVersionUID = 1L;

        private final int tasks;

        ByTask(int tasks) {
            this.tasks = tasks;
        }

        @Override
        public int numPartitions() {
            return tasks;
        }

        @Override
        public int getPartition(Object key) {
            return ((Place) key).task();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ByTask same && same.tasks == tasks;
        }

        @Override
        public int hashCode() {
            return tasks;
        }
    }
}
