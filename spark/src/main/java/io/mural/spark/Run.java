package io.mural.spark;

import io.mural.batch.BatchListener;
import io.mural.batch.BatchListener.State;
import io.mural.batch.BatchListener.Totals;
import io.mural.spark.Assayed.Kind;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;

/** A job's way through Spark: the rows are checked and planned, cut into tasks, and made. */
final class Run {
    private static final double NANOS = 1e9;
    /** Fewer long tasks than this for each slot would leave devices idle at the end. */
    private static final int TASKS_A_SLOT = 4;

    private final SparkSession spark;
    private final JavaSparkContext context;
    private final Settings settings;
    private final Manner manner;
    private final BatchListener listener;
    private final Consumer<String> notes;
    private final Optional<ResourceProfile> profile;
    private final Broadcast<SerializableConfiguration> hadoop;

    /** @param taskSeconds that a task should take a device, about */
    record Manner(double taskSeconds, boolean skipBadRows) {}

    Run(SparkSession spark, Settings settings, Manner manner, BatchListener listener, Consumer<String> notes) {
        this.spark = spark;
        context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.settings = settings;
        this.manner = manner;
        this.listener = listener;
        this.notes = notes;
        profile = Profile.of(context.getConf());
        hadoop = context.broadcast(new SerializableConfiguration(context.hadoopConfiguration()));
    }

    /** What the pictures will take. */
    Totals check(Table table) {
        return surveyed(table, (rows, survey) -> survey.totals());
    }

    /** Makes the pictures; the table of results. */
    Dataset<Row> make(Table table) {
        return surveyed(table, (rows, survey) -> {
            try {
                return make(table, rows, survey);
            } catch (IOException e) {
                throw InputException.about("out", "`out` " + settings.out() + ": " + e.getMessage(), e);
            }
        });
    }

    private interface Work<T> {
        T of(JavaRDD<Assayed> rows, Survey survey);
    }

    private <T> T surveyed(Table table, Work<T> work) {
        return Failures.told("out", () -> {
            context.setJobDescription("mural: checks " + table.name());
            var columns = List.of(table.schema().fieldNames());
            var rows = inProfile(table.rows().mapPartitions(new Assaying(settings, columns, hadoop)))
                    .persist(StorageLevel.DISK_ONLY());
            try {
                var survey = Survey.of(rows, columns);
                judge(table, survey);
                return work.of(rows, survey);
            } finally {
                rows.unpersist(false);
                context.setJobDescription(null);
            }
        });
    }

    private <T> JavaRDD<T> inProfile(JavaRDD<T> rows) {
        return profile.map(rows::withResources).orElse(rows);
    }

    private void judge(Table table, Survey survey) {
        var faults = survey.faults();
        listener.faults(faults);
        if (survey.totals().rows() == 0 && faults.isEmpty()) {
            throw InputException.about("table", table.name() + ": the table has no rows");
        }
        if (!faults.isEmpty() && !manner.skipBadRows()) {
            throw InputException.about(
                    "table",
                    table.name() + ": " + faults.size() + " rows cannot be made, the first: "
                            + faults.getFirst().line() + "; mend them, or leave them out by `on-bad-row` skip");
        }
        listener.planned(survey.totals());
        Advice.of(context.getConf(), survey.totals()).forEach(notes);
    }

    private Dataset<Row> make(Table table, JavaRDD<Assayed> rows, Survey survey) throws IOException {
        long start = System.nanoTime();
        var out = OutFolder.of(settings, context.hadoopConfiguration());
        var counters = new Counters(spark.sparkContext());
        long pictures = survey.parts().stream()
                .flatMap(part -> part.values().stream())
                .mapToLong(Cut.Sum::pictures)
                .sum();
        context.setJobDescription("mural: makes " + pictures + " pictures");
        Function<Double, State> state =
                seconds -> counters.state(pictures, survey.totals().flops(), seconds);
        var pieces = pieces(rows, survey);
        out.temporary(pieces.getCheckpointFile().get());
        var making = new Making(settings, table.schema(), hadoop, context.broadcast(survey.twins()), counters);
        try (var progress = new Ticker(listener, state, start)) {
            spark.createDataFrame(
                            inProfile(pieces.map(piece -> piece).mapPartitions(making)),
                            new ResultTable(table.schema()).schema())
                    .write()
                    .mode(SaveMode.Overwrite)
                    .parquet(out.table());
            progress.tell();
        }
        var results = spark.read().parquet(out.table());
        context.setJobDescription("mural: counts the results");
        out.failures(results.filter("status = 'failed'").coalesce(1).toJSON().toLocalIterator());
        out.tidy();
        out.job(table.name(), models(), manner.skipBadRows(), counts(results, (System.nanoTime() - start) / NANOS));
        return results;
    }

    /**
     * The pictures of each task, kept in the folder of results: a shuffle's files would go with their executor, and Spark gives a
     * stage up that misses them four times.
     */
    private JavaPairRDD<Piece.Place, Piece> pieces(JavaRDD<Assayed> rows, Survey survey) {
        Map<Kind, Cut.Sum> kinds = new HashMap<>();
        survey.parts().forEach(part -> part.forEach((kind, sum) -> kinds.merge(kind, sum, Cut.Sum::plus)));
        var cut = new Cut(kinds, taskSeconds(survey.totals()));
        var cutting = new Cutting(context.broadcast(cut), context.broadcast(Cut.starts(survey.parts())));
        var pieces = rows.mapPartitionsWithIndex(cutting, true)
                .mapToPair(piece -> piece)
                .repartitionAndSortWithinPartitions(new Piece.ByTask(cut.tasks()), new Piece.Order());
        if (!context.getCheckpointDir().isPresent()) {
            context.setCheckpointDir(OutFolder.tasks(settings));
        }
        pieces.checkpoint();
        pieces.count();
        return pieces;
    }

    private double taskSeconds(Totals totals) {
        int cores = profile.map(
                        each -> each.getTaskCpus().map(cpus -> (int) cpus).getOrElse(() -> 1))
                .orElse(1);
        int slots = Math.max(1, context.defaultParallelism() / Math.max(1, cores));
        return Math.min(manner.taskSeconds(), totals.deviceSeconds() / (slots * TASKS_A_SLOT));
    }

    /** What the models hold, by name; executors have their files. */
    private Map<String, String> models() {
        var conf = hadoop;
        return inProfile(context.parallelize(List.of(settings), 1))
                .map(each -> Desks.take(each, conf.value().value(), TaskContext.get())
                        .identities())
                .first();
    }

    private static Map<String, Object> counts(Dataset<Row> results, double seconds) {
        Map<String, Long> found = new TreeMap<>();
        Map<String, Long> devices = new TreeMap<>();
        for (var row : results.groupBy("status", "device").count().collectAsList()) {
            found.merge(row.getString(0), row.getLong(2), Long::sum);
            devices.merge(row.getString(1), row.getLong(2), Long::sum);
        }
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put(
                "pictures", found.values().stream().mapToLong(Long::longValue).sum());
        for (var status : List.of("made", "kept", "failed")) {
            counts.put(status, found.getOrDefault(status, 0L));
        }
        counts.put("seconds", seconds);
        counts.put("devices", List.copyOf(devices.keySet()));
        return counts;
    }
}
