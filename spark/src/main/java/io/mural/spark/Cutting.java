package io.mural.spark;

import io.mural.spark.Assayed.Kind;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/** Gives every picture of a part of the table its task. */
final class Cutting implements Function2<Integer, Iterator<Assayed>, Iterator<Tuple2<Piece.Place, Piece>>> {
    private static final long serialVersionUID = 1L;

    private final Broadcast<Cut> cut;
    private final Broadcast<List<Map<Kind, Long>>> starts;

    Cutting(Broadcast<Cut> cut, Broadcast<List<Map<Kind, Long>>> starts) {
        this.cut = cut;
        this.starts = starts;
    }

    @Override
    public Iterator<Tuple2<Piece.Place, Piece>> call(Integer part, Iterator<Assayed> rows) {
        return new Pieces(cut.value(), new HashMap<>(starts.value().get(part)), rows);
    }

    private static final class Pieces implements Iterator<Tuple2<Piece.Place, Piece>> {
        private final Cut cut;
        private final Map<Kind, Long> next; // of each kind
        private final Iterator<Assayed> rows;
        private final Queue<Tuple2<Piece.Place, Piece>> ready = new ArrayDeque<>();

        Pieces(Cut cut, Map<Kind, Long> next, Iterator<Assayed> rows) {
            this.cut = cut;
            this.next = next;
            this.rows = rows;
        }

        @Override
        public boolean hasNext() {
            return !ready.isEmpty() || rows.hasNext();
        }

        @Override
        public Tuple2<Piece.Place, Piece> next() {
            if (ready.isEmpty()) {
                cut(rows.next());
            }
            return ready.remove();
        }

        private void cut(Assayed row) {
            var kind = row.kind();
            long start = next.merge(kind, (long) row.pictures(), Long::sum) - row.pictures();
            for (int first = 0; first < row.pictures(); ) {
                int pictures = cut.together(kind, start + first, row.pictures() - first);
                var place = new Piece.Place(cut.task(kind, start + first), kind.flops(), start + first);
                ready.add(new Tuple2<>(place, new Piece(row, first, pictures)));
                first += pictures;
            }
        }
    }
}
