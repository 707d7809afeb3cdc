package io.mural.spark;

import io.mural.batch.PictureMaker;
import io.mural.batch.PictureMaker.Outcome;
import io.mural.batch.RowFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/** Makes the pictures of a task, in an executor. */
final class Making implements FlatMapFunction<Iterator<Tuple2<Piece.Place, Piece>>, Row> {
    private static final long serialVersionUID = 1L;

    private final Settings settings;
    private final StructType table;
    private final Broadcast<SerializableConfiguration> hadoop;
    private final Broadcast<Map<Long, String>> twins;
    private final Counters counters;

    /** @param twins what is wrong with rows, by number, whose id another one has, too */
    Making(
            Settings settings,
            StructType table,
            Broadcast<SerializableConfiguration> hadoop,
            Broadcast<Map<Long, String>> twins,
            Counters counters) {
        this.settings = settings;
        this.table = table;
        this.hadoop = hadoop;
        this.twins = twins;
        this.counters = counters;
    }

    @Override
    public Iterator<Row> call(Iterator<Tuple2<Piece.Place, Piece>> pieces) {
        return new Mapped<>(
                new Pictures(pieces),
                new Maker(Desks.take(settings, hadoop.value().value(), TaskContext.get()))::row);
    }

    /** The n-th picture of a row. */
    private record Picture(Assayed row, int number) {}

    private static final class Pictures implements Iterator<Picture> {
        private final Iterator<Tuple2<Piece.Place, Piece>> pieces;
        private Piece piece; // null before the first
        private int done; // of the piece's pictures

        Pictures(Iterator<Tuple2<Piece.Place, Piece>> pieces) {
            this.pieces = pieces;
        }

        @Override
        public boolean hasNext() {
            return pieces.hasNext() || piece != null && done < piece.pictures();
        }

        @Override
        public Picture next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            if (piece == null || done == piece.pictures()) {
                piece = pieces.next()._2;
                done = 0;
            }
            return new Picture(piece.row(), piece.first() + done++);
        }
    }

    private final class Maker {
        private final Desk desk;
        private final List<String> columns = List.of(table.fieldNames());
        private final ResultTable results = new ResultTable(table);

        Maker(Desk desk) {
            this.desk = desk;
        }

        Row row(Picture picture) {
            var numbered = picture.row().row();
            Outcome outcome;
            try {
                outcome = outcome(picture);
            } catch (IOException e) {
                throw new UncheckedIOException("row " + numbered.number() + ": " + e.getMessage(), e);
            }
            counters.count(outcome);
            return results.row(numbered.values(), outcome.cells());
        }

        private Outcome outcome(Picture picture) throws IOException {
            var numbered = picture.row().row();
            var fault = Optional.ofNullable(picture.row().fault())
                    .map(found -> found.of(numbered.number()))
                    .or(() -> Optional.ofNullable(twins.value().get(numbered.number()))
                            .map(text -> new RowFault(numbered.number(), Optional.of("id"), text)));
            return fault.isPresent()
                    ? PictureMaker.failed(
                            fault.get(),
                            Cells.of(columns, numbered.values()),
                            SparkEnv.get().executorId(),
                            desk.device())
                    : desk.make(numbered.read(columns, told -> {}).orElseThrow(), picture.number());
        }
    }
}
