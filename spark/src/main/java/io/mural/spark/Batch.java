package io.mural.spark;

import io.mural.engine.text.Version;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The program for {@code spark-submit}: {@code mural batch} on the executors of a cluster. */
@Command(
        name = "io.mural.spark.Batch",
        mixinStandardHelpOptions = true,
        versionProvider = Batch.VersionLine.class,
        sortOptions = false,
        description = {
            "Makes the pictures of a table on a Spark cluster, each once: what is there is kept, so a batch that was"
                    + " stopped goes on when it is run again.",
            "The path of the table of results goes to stdout. Exit code 3 when rows failed."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  spark-submit --class io.mural.spark.Batch mural-spark.jar prompts.parquet --out hdfs:///results \\",
            "      --model /models/FLUX.1-dev"
        })
public final class Batch implements Callable<Integer> {
    static final int FAILED = 1;
    static final int ROWS_FAILED = 3;
    private static final String VECTORS = "--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED";
    private static final String JVM_OPTIONS = "spark.executor.extraJavaOptions";
    /** What a job of hours needs, unless the settings say otherwise. */
    static final Map<String, String> USUAL = Map.of(
            "spark.speculation",
            "false",
            // A picture that ends its process three times is given up, and a task may have two of that kind. It does so
            // on
            // every node: of a single one Spark would have no other left.
            "spark.task.maxFailures",
            "8",
            "spark.excludeOnFailure.enabled",
            "true",
            "spark.excludeOnFailure.task.maxTaskAttemptsPerNode",
            "7");

    /** What becomes of a table with rows that cannot be made. */
    enum OnBadRow {
        FAIL,
        SKIP
    }

    /** The version, in a line. */
    static final class VersionLine implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"mural " + Version.text()};
        }
    }

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "TABLE",
            description =
                    "Rows with a prompt each: .csv with a header, .jsonl (a JSON object a line) or .parquet; a file or"
                            + " a folder of files, wherever Hadoop opens it.")
    private String table;

    @Option(
            names = "--format",
            paramLabel = "HOW",
            description = "csv, jsonl or parquet. Default: by the ending of TABLE.")
    private Table.Format format;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FOLDER",
            description = "Where pictures and results go: a path or URI that all nodes see.")
    private String out;

    @Option(
            names = "--model",
            paramLabel = "[NAME=]DIR|FILE|ORG/NAME",
            description =
                    "A model that rows may name, on every node; the first is used where they name none. Without NAME"
                            + " it has its folder's name. May be given several times. Default: the embedded mural-nano.")
    private List<String> models = List.of();

    @Option(
            names = "--base",
            paramLabel = "DIR|ORG/NAME",
            description = "For models that are single files: the folder that has what they lack, on every node.")
    private String base;

    @Option(
            names = "--model-uri",
            paramLabel = "[NAME=]URI",
            description = "As --model, but a folder or file that is copied to each node's disk, once.")
    private List<String> modelUris = List.of();

    @Option(
            names = "--model-cache",
            paramLabel = "DIR",
            description =
                    "The folder of a node's disk where --model-uri copies to. Default: mural-models in the folder of"
                            + " temporary files.")
    private Path modelCache;

    @Option(names = "--lora", paramLabel = "NAME=FILE", description = "A LoRA that rows may name, on every node.")
    private Map<String, String> loras = new LinkedHashMap<>();

    @Option(
            names = "--on-bad-row",
            paramLabel = "HOW",
            description = "fail: nothing is made when a row is at fault (default). skip: such rows count as failed.")
    private OnBadRow onBadRow = OnBadRow.FAIL;

    @Option(names = "--plan", description = "Checks the table and says what it will take, and makes nothing.")
    private boolean planOnly;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description =
                    "cpu; a GPU's backend such as tornado:opencl, to which Spark's address is added; or all, for all"
                            + " of TornadoVM's devices of an executor. Default: tornado:cuda where Spark hands out GPUs,"
                            + " else cpu.")
    private String device = "";

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that compute in an executor. Default: one for each of its cores.")
    private Integer threads;

    @Option(
            names = "--task-minutes",
            paramLabel = "N",
            defaultValue = "5",
            description = "About how long a task takes one device; it makes at least a picture. Default: 5.")
    private double taskMinutes;

    @Option(names = "--quiet", description = "Tells faults and failures, but no progress.")
    private boolean quiet;

    public static void main(String... args) {
        System.exit(run(args));
    }

    /** Runs a command line; gives its exit code. */
    static int run(String... args) {
        return new CommandLine(new Batch())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((e, given) -> {
                    e.getCommandLine().getErr().println("mural: " + e.getMessage());
                    return CommandLine.ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println("mural: " + spelt(reason(e)));
                    return FAILED;
                })
                .execute(args);
    }

    private static String reason(Exception e) {
        var message = e instanceof InputException ? e.getMessage() : e.toString();
        return message.lines().findFirst().orElse(message);
    }

    /** Settings as this command line spells them. */
    static String spelt(String line) {
        return InputException.spelt(line, setting -> "--" + setting);
    }

    @Override
    public Integer call() throws IOException {
        try (var spark = SparkSession.builder().config(conf()).getOrCreate()) {
            PrintWriter err = spec.commandLine().getErr();
            var batch = MuralBatch.on(spark)
                    .out(out)
                    .device(device)
                    .taskMinutes(taskMinutes)
                    .listener(new Report(err, quiet))
                    .notes(line -> err.println("mural: " + line));
            name(batch);
            Optional.ofNullable(threads).ifPresent(batch::threads);
            Optional.ofNullable(modelCache).ifPresent(batch::modelCache);
            loras.forEach(batch::lora);
            if (onBadRow == OnBadRow.SKIP) {
                batch.skipBadRows();
            }
            var kind = format == null ? Table.Format.of(table) : format;
            if (planOnly) {
                batch.check(table, kind);
                return 0;
            }
            var results = batch.run(table, kind);
            spec.commandLine().getOut().println(out.replaceAll("/+$", "") + "/table");
            return results.filter("status = 'failed'").isEmpty() ? 0 : ROWS_FAILED;
        }
    }

    private void name(MuralBatch batch) {
        if (base != null && models.isEmpty()) {
            throw InputException.about("base", "`base` belongs to a single file; name that with `model`");
        }
        for (var text : models) {
            var named = Named.of(text);
            if (base == null) {
                batch.model(named.name(), named.place());
            } else {
                batch.model(named.name(), named.place(), base);
            }
        }
        for (var text : modelUris) {
            var named = Named.of(text);
            batch.modelUri(named.name(), named.place());
        }
    }

    /** A model as the command line names it. */
    private record Named(String name, String place) {
        static Named of(String text) {
            int sign = text.indexOf('=');
            var place = text.substring(sign + 1);
            return new Named(sign < 0 ? new ModelPlace(place, null, false).name() : text.substring(0, sign), place);
        }
    }

    private static SparkConf conf() {
        var conf = new SparkConf();
        USUAL.forEach(conf::setIfMissing);
        conf.setIfMissing("spark.app.name", "mural batch");
        // Without the module executors would compute many times slower.
        var options = conf.get(JVM_OPTIONS, "");
        if (!options.contains("jdk.incubator.vector")) {
            conf.set(JVM_OPTIONS, (options + " " + VECTORS).strip());
        }
        return conf;
    }
}
