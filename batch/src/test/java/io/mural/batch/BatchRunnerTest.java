package io.mural.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.mural.ModelRef;
import io.mural.Mural;
import io.mural.batch.BatchListener.State;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches of tiny pictures of the embedded model. */
class BatchRunnerTest {
    private static final Path MODEL = Path.of("..", "models", "mural-nano");
    private static final String ROWS = """
        id,prompt,seed,count,width,height,steps,note
        sea,a calm sea,1,2,32,32,1,blue
        pines,pine trees,5,1,48,32,1,green
        house,a house,,1,32,32,1,
        """;

    @TempDir
    private Path folder;

    private final List<RowFault> faults = new ArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();

    private Mural open(Catalog.Setup setup, String device) {
        opened.incrementAndGet();
        return Mural.builder().embedded(MODEL).threads(1).memory(1L << 30).open();
    }

    private BatchOptions options(String rows, String out, Shard shard, boolean skip) throws IOException {
        return options(rows, out, shard, skip, List.of("cpu"));
    }

    private BatchOptions options(String rows, String out, Shard shard, boolean skip, List<String> devices)
            throws IOException {
        var table = Files.writeString(folder.resolve("rows.csv"), rows);
        var models = Map.of("mural-nano", ModelRef.embedded());
        return new BatchOptions(
                table,
                folder.resolve(out),
                new Catalog(models, Map.of(), folder),
                shard,
                skip,
                devices,
                Optional.of(MODEL));
    }

    private State run(BatchOptions options) {
        return new BatchRunner(options, this::open, new BatchListener() {
                    @Override
                    public void faults(List<RowFault> found) {
                        faults.addAll(found);
                    }

                    @Override
                    public void planned(Totals totals) {
                        assertThat(totals.flops()).isPositive();
                    }

                    @Override
                    public void progress(State state, Optional<String> failure) {
                        assertThat(state.done()).isPositive();
                    }
                })
                .run();
    }

    private static Map<String, byte[]> pictures(Path out) throws IOException {
        Map<String, byte[]> pictures = new HashMap<>();
        try (Stream<Path> files = Files.walk(out.resolve("pictures"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                pictures.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return pictures;
    }

    private static List<Map<String, Object>> table(Path out) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        try (var parts = Files.newDirectoryStream(out.resolve("table"))) {
            for (var part : parts) {
                Files.readAllLines(part)
                        .forEach(line -> rows.add(Json.parse("row", line).asMap()));
            }
        }
        return rows;
    }

    @Tag("full")
    @Test
    void shardsMakeTheSameFilesAsOneProcessAndASecondRunKeepsThem() throws IOException {
        var whole = run(options(ROWS, "whole", Shard.WHOLE, false));
        var first = run(options(ROWS, "shards", new Shard(0, 2), false));
        var second = run(options(ROWS, "shards", new Shard(1, 2), false));
        var again = run(options(ROWS, "shards", new Shard(0, 2), false));

        assertThat(whole.made()).isEqualTo(4);
        assertThat(first.made() + second.made()).isEqualTo(4);
        assertThat(again.kept()).isEqualTo(first.made());
        var pictures = pictures(folder.resolve("whole"));
        assertThat(pictures).hasSize(4);
        assertThat(pictures(folder.resolve("shards")))
                .usingRecursiveComparison()
                .isEqualTo(pictures);
        var rows = table(folder.resolve("shards"));
        assertThat(rows).hasSize(4).extracting(row -> row.get("identity")).doesNotHaveDuplicates();
        assertThat(rows)
                .filteredOn(row -> row.get("id").equals("sea"))
                .extracting(row -> row.get("seed"), row -> row.get("note"))
                .containsExactlyInAnyOrder(tuple(1L, "blue"), tuple(2L, "blue"));
        assertThat(Json.read(folder.resolve("shards/_mural/job.json"))
                        .object("shards")
                        .keys())
                .containsExactly("0/2", "1/2");
    }

    @Tag("full")
    @Test
    void devicesShareTheWork() throws IOException {
        var state = run(options(ROWS, "one", Shard.WHOLE, false));
        var shared = run(options(ROWS, "two", Shard.WHOLE, false, List.of("cpu", "cpu")));

        assertThat(shared)
                .usingRecursiveComparison()
                .ignoringFields("secondsLeft")
                .isEqualTo(state);
        assertThat(pictures(folder.resolve("two")))
                .usingRecursiveComparison()
                .isEqualTo(pictures(folder.resolve("one")));
    }

    @Tag("full")
    @Test
    void aPictureThatIsGoneIsMadeAgainWithTheSameBytes() throws IOException {
        run(options(ROWS, "out", Shard.WHOLE, false));
        var before = pictures(folder.resolve("out"));
        var name = before.keySet().iterator().next();
        Files.delete(
                folder.resolve("out/pictures").resolve(name.substring(0, 2)).resolve(name));

        var state = run(options(ROWS, "out", Shard.WHOLE, false));

        assertThat(state.made()).isEqualTo(1);
        assertThat(state.kept()).isEqualTo(3);
        assertThat(pictures(folder.resolve("out"))).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void allFaultsAreToldBeforeAnyWork() throws IOException {
        var rows = """
            id,prompt,width,height,steps,references,model
            a,a sea,33,32,1,,
            b,a sea,32,32,0,,
            c,,32,32,1,,
            a,a sea,32,32,1,,
            e,a sea,32,32,1,cat.png,
            f,a sea,32,32,1,,dev
            """;
        var options = options(rows, "out", Shard.WHOLE, false);

        assertThatThrownBy(() -> run(options))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("6 rows cannot be made")
                .hasMessageContaining("row 1");
        assertThat(faults).extracting(RowFault::row).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void rowsAtFaultAreLeftOutIfAsked() throws IOException {
        var rows = "id,prompt,width,height,steps\na,a sea,32,32,1\nb,a sea,33,32,1\n";

        var state = run(options(rows, "out", Shard.WHOLE, true));

        assertThat(state.made()).isEqualTo(1);
        assertThat(state.failed()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("out/_mural/failures.jsonl")))
                .contains("row 2");
        assertThat(table(folder.resolve("out")))
                .extracting(row -> row.get("status"))
                .containsExactlyInAnyOrder("made", "failed");
    }

    @Tag("full")
    @Test
    void rowsThatDifferInPromptAndSeedAloneShareAPlan() throws IOException {
        var rows = new StringBuilder("prompt,width,height,steps\n");
        for (int i = 0; i < 3; i++) {
            rows.append("a sea ").append(i).append(",32,32,1\n");
        }

        run(options(rows.toString(), "out", Shard.WHOLE, false));

        assertThat(opened).hasValue(2); // to plan, and to make
    }

    @Tag("full")
    @Test
    void aRowWhoseIdAnotherHasIsLeftOutIfAskedAndKeepsItsColumns() throws IOException {
        var rows = "id,prompt,width,height,steps,note\na,a sea,32,32,1,one\na,a lake,32,32,1,two\nb,,32,32,1,three\n";

        var state = run(options(rows, "out", Shard.WHOLE, true));

        assertThat(state.made()).isEqualTo(1);
        assertThat(state.failed()).isEqualTo(2);
        assertThat(state.pictures()).isEqualTo(3);
        assertThat(pictures(folder.resolve("out"))).hasSize(1);
        assertThat(table(folder.resolve("out")))
                .extracting(row -> row.get("id"), row -> row.get("note"), row -> row.get("status"))
                .containsExactlyInAnyOrder(
                        tuple("a", "one", "made"), tuple("a", "two", "failed"), tuple("b", "three", "failed"));
    }

    @Tag("full")
    @Test
    void thatNothingCanBeWrittenIsNoFaultOfARow() throws IOException {
        var options = options(ROWS, "out", Shard.WHOLE, false);
        var tmp = folder.resolve("out/_mural/tmp");
        var runner = new BatchRunner(options, this::open, new BatchListener() {
            @Override
            public void faults(List<RowFault> found) {
                assertThat(found).isEmpty();
            }

            @Override
            public void planned(Totals totals) {
                assertThat(totals.pictures()).isEqualTo(4);
            }

            @Override
            public void progress(State state, Optional<String> failure) {
                assertThat(failure).isEmpty();
                try (Stream<Path> files = Files.walk(tmp)) {
                    files.sorted(Comparator.reverseOrder())
                            .forEach(file -> file.toFile().delete());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });

        assertThatThrownBy(runner::run)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cannot be written")
                .hasMessageContaining("run the batch again");
        assertThat(pictures(folder.resolve("out"))).hasSize(1);
        assertThat(run(options).kept()).isEqualTo(1);
    }

    @Test
    void aShardKnowsItsShareWithoutCounting() {
        for (int of = 1; of < 5; of++) {
            for (int index = 0; index < of; index++) {
                var shard = new Shard(index, of);
                for (int place = 0; place < 7; place++) {
                    long taken = IntStream.range(place, place + 9)
                            .filter(shard::takes)
                            .count();
                    assertThat(shard.taken(place, 9)).isEqualTo(taken);
                }
            }
        }
    }
}
