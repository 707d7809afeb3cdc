package io.mural.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.ModelRef;
import io.mural.Mural;
import io.mural.batch.BatchListener.State;
import io.mural.batch.BatchOptions;
import io.mural.batch.BatchRunner;
import io.mural.batch.Catalog;
import io.mural.batch.RowFault;
import io.mural.batch.Shard;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches of tiny pictures on two executors, beside {@link BatchRunner} in this process. */
@Tag("spark")
class ClusterTest {
    private static final String ROWS = """
        id,prompt,seed,count,width,height,steps,model,note
        sea,"a calm sea, ""blue"" one",1,2,32,32,1,,blue
        pines,pine trees,5,1,48,32,1,,"two
        lines"
        house,海の家,18446744073709551615,1,32,32,1,,
        ,a meadow,,1,32,48,1,,
        """;

    @TempDir
    private static Path shared;

    private static SparkSession spark;
    private static Map<String, String> models; // folders by name

    @TempDir
    private Path folder;

    private Path notes;

    @BeforeAll
    static void start() throws IOException {
        models = new LinkedHashMap<>();
        for (var name : List.of("nano", "planted", "poison")) {
            models.put(
                    name,
                    Files.createSymbolicLink(shared.resolve(name), Cluster.MODEL)
                            .toString());
        }
        spark = Cluster.start(shared);
    }

    @AfterAll
    static void stop() throws IOException {
        spark.close();
    }

    @BeforeEach
    void makeRoom() throws IOException {
        notes = Files.createDirectory(folder.resolve("notes"));
    }

    private MuralBatch batch(String out) {
        var batch = MuralBatch.on(spark).out(out).opening(new Pretence(notes.toString()));
        models.forEach(batch::model);
        return batch;
    }

    private Dataset<Row> run(String table, String out) {
        return batch(folder.resolve(out).toString()).run(folder.resolve(table).toString());
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /** The same table by {@code mural batch}. */
    private State alone(Path table, String out) {
        Map<String, ModelRef> named = new LinkedHashMap<>();
        models.forEach((name, path) -> named.put(name, new ModelRef(Optional.of(Path.of(path)), Optional.empty())));
        var options = new BatchOptions(
                table,
                folder.resolve(out),
                new Catalog(named, Map.of(), folder),
                Shard.WHOLE,
                false,
                List.of("cpu"),
                Optional.empty());
        return new BatchRunner(
                        options,
                        (setup, device) -> Mural.builder()
                                .model(setup.model().path().orElseThrow())
                                .threads(1)
                                .memory(1L << 30)
                                .open(),
                        new Silence())
                .run();
    }

    private Map<String, byte[]> pictures(String out) throws IOException {
        Map<String, byte[]> pictures = new HashMap<>();
        try (Stream<Path> files = Files.walk(folder.resolve(out).resolve("pictures"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                pictures.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return pictures;
    }

    private static List<String> column(Dataset<Row> table, String name) {
        return table.select(name).collectAsList().stream()
                .map(row -> String.valueOf(row.get(0)))
                .toList();
    }

    @Test
    void everyFormatMakesTheFilesOfMuralBatchAndASecondRunKeepsThem() throws IOException {
        var csv = write("rows.csv", ROWS);
        assertThat(alone(csv, "alone").made()).isEqualTo(5);
        var expected = pictures("alone");
        assertThat(expected).hasSize(5);

        var made = run("rows.csv", "csv");
        assertThat(column(made, "status")).containsOnly("made").hasSize(5);
        assertThat(pictures("csv")).usingRecursiveComparison().isEqualTo(expected);
        var sums = column(made, "sha256");
        assertThat(made.filter("id = 'pines'").first().<String>getAs("note")).isEqualTo("two\nlines");
        assertThat(made.filter("id = 'house'").first().getAs("seed").toString()).isEqualTo("18446744073709551615");

        var rows = spark.read()
                .option("header", true)
                .option("multiLine", true)
                .option("escape", "\"")
                .csv(csv.toString());
        rows.coalesce(1).write().parquet(folder.resolve("rows.parquet").toString());
        rows.coalesce(1).write().json(folder.resolve("rows.jsonl").toString());
        for (var format : List.of("parquet", "jsonl")) {
            assertThat(column(run("rows." + format, format), "status")).containsOnly("made");
            assertThat(pictures(format)).usingRecursiveComparison().isEqualTo(expected);
        }

        var again = run("rows.csv", "csv");
        assertThat(column(again, "status")).containsOnly("kept").hasSize(5);
        assertThat(column(again, "sha256")).containsExactlyInAnyOrderElementsOf(sums);
        assertThat(alone(csv, "csv").kept()).isEqualTo(5);
        var job = Json.read(folder.resolve("csv/_mural/job.json"));
        assertThat(job.object("models").keys()).containsExactlyInAnyOrderElementsOf(models.keySet());
    }

    @Test
    void theAddressOfAGpuReachesTheDevicesName() throws IOException {
        write("rows.csv", "prompt,width,height,steps\na sea,32,32,1\npines,32,32,1\n");
        var table = MuralBatch.on(spark)
                .model("nano", models.get("nano"))
                .out(folder.resolve("out").toString())
                .run(folder.resolve("rows.csv").toString());

        assertThat(column(table, "device")).containsOnly(PretendedGpu.DEVICE).hasSize(2);
        assertThat(column(table, "status")).containsOnly("made");
        assertThat(pictures("out")).hasSize(2);
    }

    @Test
    void allFaultsAreToldBeforeAnyWorkAndSkippedIfAsked() throws IOException {
        var rows = """
            id,prompt,width,height,steps,references,model
            a,a sea,33,32,1,,
            b,a sea,32,32,0,,
            c,,32,32,1,,
            d,a sea,32,32,1,,
            d,a lake,32,32,1,,
            f,a sea,32,32,1,cat.png,
            g,a sea,32,32,1,,dev
            h,a sea
            """;
        write("rows.csv", rows);
        List<RowFault> told = new ArrayList<>();
        var listener = new Silence() {
            @Override
            public void faults(List<RowFault> faults) {
                told.addAll(faults);
            }
        };

        assertThatThrownBy(() -> batch(folder.resolve("out").toString())
                        .listener(listener)
                        .run(folder.resolve("rows.csv").toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("7 rows cannot be made")
                .hasMessageContaining("row 1, column width");
        assertThat(told).extracting(RowFault::row).containsExactly(1L, 2L, 3L, 5L, 6L, 7L, 8L);
        assertThat(folder.resolve("out")).doesNotExist();

        var table = batch(folder.resolve("out").toString())
                .skipBadRows()
                .run(folder.resolve("rows.csv").toString());
        assertThat(column(table.filter("status = 'made'"), "id")).containsExactly("d");
        assertThat(table.filter("status = 'failed'").count()).isEqualTo(7);
        assertThat(table.filter("id = 'a'").first().<String>getAs("prompt")).isEqualTo("a sea");
        assertThat(Files.readAllLines(folder.resolve("out/_mural/failures.jsonl")))
                .hasSize(7)
                .allMatch(line -> line.contains("\"error\":\"row "));
    }

    /** Executors are killed from outside, with no chance to say goodbye, while pictures are begun. */
    @Test
    void anExecutorKilledAmidAPictureLosesNothing() throws Exception {
        var rows = new StringBuilder("prompt,width,height,steps\n");
        for (int i = 0; i < 4; i++) {
            rows.append("a calm sea ").append(i).append(",128,128,4\n");
        }
        var csv = write("rows.csv", rows.toString());
        alone(csv, "alone");
        var job = CompletableFuture.supplyAsync(() -> run("rows.csv", "out"));
        for (int kill = 0; kill < 2; kill++) {
            var before = begun();
            while (!job.isDone() && begun().size() <= before.size()) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            executor().destroyForcibly();
        }

        var table = job.get(5, TimeUnit.MINUTES);

        assertThat(column(table, "status")).hasSize(4).isSubsetOf("made", "kept");
        assertThat(pictures("out")).usingRecursiveComparison().isEqualTo(pictures("alone"));
    }

    /** One that runs: Spark starts another for each that ends. */
    private static ProcessHandle executor() throws InterruptedException {
        while (true) {
            var found = ProcessHandle.current()
                    .descendants()
                    .filter(process -> process.info().command().orElse("").endsWith("java"))
                    .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private List<Path> begun() throws IOException {
        var place = folder.resolve("out/_mural/begun");
        if (!Files.exists(place)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(place)) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9a-f]{64}-\\d"))
                    .toList();
        } catch (UncheckedIOException e) {
            return List.of(); // a mark went while it was looked at
        }
    }

    @Test
    void aPictureThatEndsItsProcessIsGivenUpAndOneThatFailsOnceIsMade() throws IOException {
        write("rows.csv", """
            id,prompt,width,height,steps,model
            bad,a sea,32,32,1,poison
            good,a sea,32,32,1,nano
            once,a lake,32,32,1,planted
            """);

        var table = run("rows.csv", "out");

        assertThat(column(table.filter("id = 'good'"), "status")).containsExactly("made");
        assertThat(column(table.filter("id = 'once'"), "status")).containsExactly("made");
        assertThat(column(table.filter("id = 'once'"), "attempt")).containsExactly("2");
        assertThat(notes.resolve("planted")).exists();
        assertThat(column(table.filter("id = 'bad'"), "status")).containsExactly("failed");
        assertThat(column(table.filter("id = 'bad'"), "error"))
                .first()
                .asString()
                .contains("ended its process 3 times");
    }

    @Test
    void rowsHaveTheSameNumbersHoweverFilesAreRead() throws IOException {
        var parts = Files.createDirectory(folder.resolve("rows.jsonl"));
        var expected = new ArrayList<String>();
        for (int part = 0; part < 4; part++) {
            var lines = new StringBuilder();
            // The later, the larger: Spark reads the largest first.
            for (int i = 0; i < 3 << part; i++) {
                lines.append("{\"prompt\":\"")
                        .append(part)
                        .append('-')
                        .append(i)
                        .append("\"}\n");
                expected.add(part + "-" + i);
            }
            Files.writeString(parts.resolve("part-" + part + ".json"), lines);
        }
        for (var size : List.of("100b", "1m")) {
            spark.conf().set("spark.sql.files.maxPartitionBytes", size);
            var rows = Table.read(spark, parts.toUri().toString(), Table.Format.JSONL)
                    .rows()
                    .collect();
            var sorted = rows.stream()
                    .sorted(Comparator.comparingLong(Numbered::number))
                    .toList();
            assertThat(sorted).extracting(row -> row.values()[0]).containsExactlyElementsOf(expected);
            assertThat(sorted.getFirst().number()).isEqualTo(1);
            assertThat(sorted.getLast().number()).isEqualTo(expected.size());
        }
    }

    @Test
    void resultsPicturesAndModelsComeFromWhereHadoopOpensThem() throws IOException {
        Files.copy(Path.of("..", "docs", "images", "sunset.png"), folder.resolve("photo one.png"));
        write("rows.csv", "prompt,width,height,steps,strength,init_image\na sea,32,32,2,0.5,photo one.png\n");
        var place = "pretended:" + folder;
        var batch = MuralBatch.on(spark)
                .out(place + "/out")
                .modelUri("nano", "pretended:" + Cluster.MODEL)
                .modelCache(folder.resolve("cache"))
                .opening(new Pretence(notes.toString()));

        var table = batch.run(place + "/rows.csv");

        assertThat(column(table, "status")).containsExactly("made");
        assertThat(pictures("out")).hasSize(1);
        assertThat(folder.resolve("out/_mural/tmp")).isEmptyDirectory();
        var path = table.first().<String>getAs("path");
        assertThat(folder.resolve("out").resolve(path)).exists();
        try (var cached = Files.list(folder.resolve("cache"))) {
            assertThat(cached.filter(Files::isDirectory)).hasSize(1);
        }
        assertThat(column(batch.run(place + "/rows.csv"), "status")).containsExactly("kept");
    }

    /** With {@code -Dmural.test.sparkRows=1000000} as large as anybody's table. */
    @Test
    void theDriverHoldsSumsAndNoRows() throws IOException {
        int count = Integer.getInteger("mural.test.sparkRows", 20_000);
        try (var rows = Files.newBufferedWriter(folder.resolve("rows.csv"))) {
            rows.write("prompt,width,height,steps\n");
            for (int i = 0; i < count; i++) {
                rows.write("a calm sea at the hour " + i + ",32,32,1\n");
            }
        }
        var batch = batch(folder.resolve("out").toString());
        long before = held();
        var held = new AtomicLong();
        batch.listener(new Silence() {
            @Override
            public void planned(Totals totals) {
                held.set(held()); // the survey is there
            }
        });

        var totals = batch.check(folder.resolve("rows.csv").toString());

        assertThat(totals.pictures()).isEqualTo(count);
        assertThat(totals.kinds()).isEqualTo(1);
        System.out.printf(
                Locale.ROOT, "%d rows: the driver holds %d MiB, %d before%n", count, held.get() >> 20, before >> 20);
        assertThat(held.get() - before).isLessThan(64L << 20);
    }

    /** Bytes of the heap that something still refers to. */
    private static long held() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
