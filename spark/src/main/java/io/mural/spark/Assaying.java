package io.mural.spark;

import io.mural.batch.RowFault;
import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** Checks and plans rows, in an executor. */
final class Assaying implements FlatMapFunction<Iterator<Numbered>, Assayed> {
    private static final long serialVersionUID = 1L;
    /** What the engine calls otherwise than tables do. */
    private static final Map<String, String> COLUMNS = Map.of("size", "width", "true-cfg", "true_cfg");

    private final Settings settings;
    private final ArrayList<String> columns; // which goes to executors
    private final Broadcast<SerializableConfiguration> hadoop;

    Assaying(Settings settings, List<String> columns, Broadcast<SerializableConfiguration> hadoop) {
        this.settings = settings;
        this.columns = new ArrayList<>(columns);
        this.hadoop = hadoop;
    }

    @Override
    public Iterator<Assayed> call(Iterator<Numbered> rows) {
        if (!rows.hasNext()) {
            return List.<Assayed>of().iterator();
        }
        var desk = Desks.take(settings, hadoop.value().value(), TaskContext.get());
        Function<Numbered, Assayed> assay = row -> assayed(desk, row);
        return new Mapped<>(rows, assay);
    }

    private Assayed assayed(Desk desk, Numbered row) {
        List<RowFault> faults = new ArrayList<>();
        var read = row.read(columns, faults::add);
        if (read.isEmpty()) {
            return Assayed.faulty(row, joined(faults));
        }
        try {
            return Assayed.sound(row, read.get(), desk.assay(read.get()));
        } catch (InputException e) {
            var column =
                    e.field().map(field -> COLUMNS.getOrDefault(field, field)).filter(columns::contains);
            return Assayed.faulty(row, new RowFault(row.number(), column, e.getMessage()));
        }
    }

    /** A row is failed once, whatever is wrong with it. */
    private static RowFault joined(List<RowFault> faults) {
        if (faults.size() == 1) {
            return faults.getFirst();
        }
        var all = faults.stream()
                .map(fault ->
                        fault.column().map(name -> "column " + name + ": ").orElse("") + fault.message())
                .toList();
        return new RowFault(faults.getFirst().row(), Optional.empty(), String.join("; ", all));
    }
}
