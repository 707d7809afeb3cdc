package io.mural.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.ModelRef;
import io.mural.Mural;
import io.mural.batch.BatchOptions;
import io.mural.batch.BatchRunner;
import io.mural.batch.Catalog;
import io.mural.batch.Shard;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mural-spark.jar} as {@code spark-submit} runs it: behind Spark's own libraries, the older protobuf among them. */
@Tag("spark")
class SubmittedJarIT {
    private static final Path TARGET = Path.of(System.getProperty("mural.test.target"));
    private static final List<String> VECTORS =
            List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");

    @TempDir
    private Path folder;

    private record Ended(int exit, String out, String err) {}

    @BeforeEach
    void write() throws IOException {
        Files.writeString(
                folder.resolve("rows.csv"), "id,prompt,width,height,steps\na,a calm sea,32,32,1\nb,pines,48,32,1\n");
    }

    private Ended submit(List<String> jvm, String... args) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvm);
        command.addAll(List.of("-Xmx1g", "-cp", sparks(), "org.apache.spark.deploy.SparkSubmit"));
        command.addAll(List.of("--master", "local[2,4]", "--conf", "spark.ui.enabled=false"));
        command.addAll(List.of(
                "--class",
                "io.mural.spark.Batch",
                TARGET.resolve("mural-spark.jar").toString()));
        command.addAll(List.of(args));
        var out = folder.resolve("stdout").toFile();
        var err = folder.resolve("stderr").toFile();
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out)
                .redirectError(err)
                .start();
        int exit = process.waitFor();
        return new Ended(exit, Files.readString(out.toPath()), Files.readString(err.toPath()));
    }

    /** What Spark brings, as it brings it. */
    private static String sparks() throws IOException {
        try (Stream<Path> protobuf = Files.list(TARGET.resolve("of-spark"))) {
            var others = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(entry ->
                            entry.endsWith(".jar") && !entry.contains("mural") && !entry.contains("protobuf-java"))
                    .filter(entry -> !entry.matches(".*(picocli|commons-csv|junit|assertj|surefire).*"));
            return Stream.concat(protobuf.map(Path::toString), others).collect(Collectors.joining(File.pathSeparator));
        }
    }

    @Test
    void makesWhatMuralBatchMakes() throws Exception {
        var made = submit(VECTORS, "rows.csv", "--out", "out");

        assertThat(made.exit()).as(made.err()).isZero();
        assertThat(made.out().strip()).isEqualTo("out/table");
        assertThat(made.err()).contains("2 of 2 pictures: 2 made, 0 kept, 0 failed");
        var embedded = Map.of("mural-nano", ModelRef.embedded());
        var options = new BatchOptions(
                folder.resolve("rows.csv"),
                folder.resolve("out"),
                new Catalog(embedded, Map.of(), folder),
                Shard.WHOLE,
                false,
                List.of("cpu"),
                Optional.of(Cluster.MODEL));
        var kept = new BatchRunner(
                        options,
                        (setup, device) ->
                                Mural.builder().embedded(Cluster.MODEL).open(),
                        new Silence())
                .run();
        assertThat(kept.kept()).isEqualTo(2);
    }

    @Test
    void whatIsWrongIsALineAndACode() throws Exception {
        assertThat(submit(VECTORS, "none.csv", "--out", "out").exit()).isEqualTo(Batch.FAILED);
        assertThat(Files.readString(folder.resolve("stderr")))
                .contains("mural: ")
                .contains("none.csv");

        Files.writeString(folder.resolve("bad.csv"), "prompt,width,height,steps\na sea,33,32,1\na sea,32,32,1\n");
        var skipped = submit(VECTORS, "bad.csv", "--out", "bad", "--on-bad-row", "skip");
        assertThat(skipped.exit()).isEqualTo(Batch.ROWS_FAILED);
        assertThat(skipped.err()).contains("mural: row 1, column width").contains("1 made, 0 kept, 1 failed");
    }

    @Test
    void withoutTheVectorModuleItRefusesToStart() throws Exception {
        var refused = submit(List.of(), "rows.csv", "--out", "out");

        assertThat(refused.exit()).isEqualTo(Batch.FAILED);
        assertThat(refused.err()).contains("mural: ").contains("--add-modules jdk.incubator.vector");
        assertThat(folder.resolve("out/pictures")).doesNotExist();
    }
}
