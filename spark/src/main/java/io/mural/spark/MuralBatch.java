package io.mural.spark;

import io.mural.batch.BatchListener;
import io.mural.batch.BatchListener.Totals;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Makes the pictures of a table on the executors of a Spark application, each once, by the rules of
 * {@link io.mural.batch.BatchRunner}: a picture's file is named by what the picture is, and one that is there is kept.
 *
 * <pre>{@code
 * Dataset<Row> made = MuralBatch.on(spark).model("FLUX.1-dev").out("s3a://bucket/results").run(prompts);
 * }</pre>
 */
public final class MuralBatch {
    private static final System.Logger LOG = System.getLogger(MuralBatch.class.getName());
    private static final double MINUTE = 60;

    private final SparkSession spark;
    private final Map<String, ModelPlace> models = new LinkedHashMap<>();
    private final Map<String, String> loras = new LinkedHashMap<>();
    private String out; // null until it is said
    private String device = "";
    private int threads;
    private double taskMinutes = 5;
    private boolean skipBadRows;
    private String modelCache =
            Path.of(System.getProperty("java.io.tmpdir"), "mural-models").toString();
    private Opening opening = Opening::usual;
    private BatchListener listener = new Silence();
    private Consumer<String> notes = line -> LOG.log(System.Logger.Level.WARNING, line);

    private MuralBatch(SparkSession spark) {
        this.spark = spark;
    }

    /** On a session's executors. */
    public static MuralBatch on(SparkSession spark) {
        return new MuralBatch(spark);
    }

    /**
     * A model under its folder's name; may be called several times. The first is used where rows name none; the embedded
     * mural-nano if there is none at all.
     *
     * @param location a folder or file that every node has, or the name of a model that was pulled on every node
     */
    public MuralBatch model(String location) {
        var place = new ModelPlace(here(location), null, false);
        return model(place.name(), place);
    }

    /** A model that rows may name. */
    public MuralBatch model(String name, String location) {
        return model(name, new ModelPlace(here(location), null, false));
    }

    /** A model that is a single file; {@code base} is the folder that has what it lacks. */
    public MuralBatch model(String name, String location, String base) {
        return model(name, new ModelPlace(here(location), here(base), false));
    }

    /** A model that is copied to each node's disk, once, from a file system that Hadoop opens. */
    public MuralBatch modelUri(String name, String uri) {
        return model(name, new ModelPlace(located(uri), null, true));
    }

    private MuralBatch model(String name, ModelPlace place) {
        if (models.putIfAbsent(name, place) != null) {
            throw InputException.about("model", "`model` " + name + " is given twice; give one of them another name");
        }
        return this;
    }

    /** The folder of a node's disk that models of {@link #modelUri} are copied to; else one in the folder of temporary files. */
    public MuralBatch modelCache(Path folder) {
        modelCache = folder.toAbsolutePath().toString();
        return this;
    }

    /** A LoRA that rows may name, a file that every node has. */
    public MuralBatch lora(String name, String file) {
        loras.put(name, here(file));
        return this;
    }

    /** The folder of results: a path or a URI of a file system that Hadoop opens, which all nodes see. */
    public MuralBatch out(String folder) {
        out = located(folder);
        return this;
    }

    /**
     * Where executors compute: {@code cpu}; a GPU's backend, such as {@code tornado:opencl}, to which Spark's address of the GPU
     * is added; {@code all} for all of TornadoVM's devices of an executor. Else {@code tornado:cuda} if Spark hands out GPUs,
     * and the processor if not.
     */
    public MuralBatch device(String name) {
        device = name;
        return this;
    }

    /** Threads that compute on a processor; else as many as an executor has cores. */
    public MuralBatch threads(int number) {
        threads = number;
        return this;
    }

    /** About how long a task takes one device; it makes at least a picture. 5 where nothing is said. */
    public MuralBatch taskMinutes(double minutes) {
        if (!(minutes > 0)) {
            throw InputException.about("task-minutes", "`task-minutes` " + minutes + ": give a number above 0");
        }
        taskMinutes = minutes;
        return this;
    }

    /** Rows that cannot be made count as failed, and the others are made; else such a table is refused. */
    public MuralBatch skipBadRows() {
        skipBadRows = true;
        return this;
    }

    /** Told of faults and progress. */
    public MuralBatch listener(BatchListener told) {
        listener = told;
        return this;
    }

    /** Told of settings that do not fit the job. */
    MuralBatch notes(Consumer<String> told) {
        notes = told;
        return this;
    }

    MuralBatch opening(Opening how) {
        opening = how;
        return this;
    }

    /**
     * Makes the pictures of a program's rows. Where rows have no {@code id}, their order must be the same in every run: their
     * numbers are their ids.
     *
     * @return the table of results, a row a picture
     * @throws InputException if rows are at fault and are not to be skipped; no picture is made then
     */
    public Dataset<Row> run(Dataset<Row> prompts) {
        return runFrom(Path.of("").toUri().toString()).make(Table.of(prompts));
    }

    /** Makes the pictures of a {@code .csv}, {@code .jsonl} or {@code .parquet} file, or a folder of them. */
    public Dataset<Row> run(String table) {
        return run(table, Table.Format.of(table));
    }

    /** Makes the pictures of files of a format, whatever their names. */
    Dataset<Row> run(String table, Table.Format format) {
        return read(table, format, Run::make);
    }

    /** Checks the whole table and tells what it will take; makes nothing. */
    public Totals check(Dataset<Row> prompts) {
        return runFrom(Path.of("").toUri().toString()).check(Table.of(prompts));
    }

    /** As {@link #check(Dataset)}, of files as {@link #run(String)} takes them. */
    public Totals check(String table) {
        return check(table, Table.Format.of(table));
    }

    Totals check(String table, Table.Format format) {
        return read(table, format, Run::check);
    }

    private <T> T read(String table, Table.Format format, BiFunction<Run, Table, T> work) {
        var uri = located(table);
        var folder = uri.substring(0, uri.replaceAll("/+$", "").lastIndexOf('/') + 1);
        return work.apply(runFrom(folder), Failures.told("table", () -> Table.read(spark, uri, format)));
    }

    /** @param folder from where relative files of the table are seen */
    private Run runFrom(String folder) {
        if (out == null) {
            throw InputException.about("out", "`out` is missing: name the folder of results");
        }
        Map<String, ModelPlace> named = models.isEmpty() ? Map.of("mural-nano", ModelPlace.embedded()) : models;
        var settings = new Settings(
                UUID.randomUUID().toString(), named, loras, folder, out, device, threads, modelCache, opening);
        return new Run(spark, settings, new Run.Manner(taskMinutes * MINUTE, skipBadRows), listener, notes);
    }

    /** A name or path; one that is here is named whole, since executors have other folders of their own. */
    private static String here(String location) {
        var path = Path.of(location);
        return Files.exists(path) ? path.toAbsolutePath().normalize().toString() : location;
    }

    /** The whole URI of a path. */
    private String located(String text) {
        try {
            var path = new org.apache.hadoop.fs.Path(text);
            return path.getFileSystem(spark.sparkContext().hadoopConfiguration())
                    .makeQualified(path)
                    .toString();
        } catch (IOException | IllegalArgumentException e) {
            throw new InputException(text + ": no place that Hadoop opens: " + e.getMessage(), e);
        }
    }
}
