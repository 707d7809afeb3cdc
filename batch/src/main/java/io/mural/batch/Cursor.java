package io.mural.batch;

import java.util.Optional;

/** Hands out the pictures of a shard, one after the other. */
final class Cursor {
    private final Queue queue;
    private final int[] order;
    private final Shard shard;
    private long place; // of the next picture among all of the table
    private int row; // in the order
    private int picture; // of that row

    Cursor(Queue queue, int[] order, Shard shard) {
        this.queue = queue;
        this.order = order;
        this.shard = shard;
    }

    /** A picture of a row; 0 is its first. */
    record Piece(int row, int picture) {}

    synchronized Optional<Piece> next() {
        while (row < order.length) {
            var piece = new Piece(order[row], picture);
            boolean taken = shard.takes(place);
            place++;
            picture++;
            if (picture == queue.count(order[row])) {
                row++;
                picture = 0;
            }
            if (taken) {
                return Optional.of(piece);
            }
        }
        return Optional.empty();
    }
}
