package io.mural.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueTest {
    private static Queue queue(int... counts) {
        var queue = new Queue();
        for (int i = 0; i < counts.length; i++) {
            queue.add(i + 1, new Table.Place(i, 1), 0, counts[i]);
        }
        return queue;
    }

    private static List<Cursor.Piece> pieces(Queue queue, int[] order, Shard shard) {
        var cursor = new Cursor(queue, order, shard);
        List<Cursor.Piece> pieces = new ArrayList<>();
        for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
            pieces.add(next.get());
        }
        return pieces;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 20})
    void shardsTakeEveryPictureOnce(int shards) {
        var queue = queue(1, 4, 1, 2, 3);
        int[] order = {4, 1, 0, 3, 2};

        List<Cursor.Piece> all = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            all.addAll(pieces(queue, order, new Shard(shard, shards)));
        }

        assertThat(all).doesNotHaveDuplicates().hasSize(11);
        assertThat(all).containsExactlyInAnyOrderElementsOf(pieces(queue, order, Shard.WHOLE));
    }

    @Test
    void growsBeyondItsFirstSize() {
        var queue = new Queue();
        for (int i = 0; i < 5000; i++) {
            queue.add(i + 1, new Table.Place(10L * i, i), i % 3, 1);
        }
        assertThat(queue.size()).isEqualTo(5000);
        assertThat(queue.place(4321)).isEqualTo(new Table.Place(43210, 4321));
        assertThat(queue.kind(4321)).isEqualTo(4321 % 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "16/16", "-1/4", "1/0", "a/b", "1/2/3", "0/1000000"})
    void shardsThatAreNoneAreRefused(String text) {
        assertThatThrownBy(() -> Shard.parse(text)).isInstanceOf(InputException.class).hasMessageContaining("shard");
    }
}
