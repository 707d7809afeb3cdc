package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mural batch} in shards that are killed at random times, again and again, until all is made. */
@Tag("full")
class BatchKillTest {
    private static final int ROWS = Integer.getInteger("mural.test.batchRows", 40);
    private static final int KILLS = Integer.getInteger("mural.test.batchKills", 6);
    private static final int SHARDS = 2;
    private static final long SEED = 20261126;

    @TempDir
    private Path folder;

    @Test
    void nothingIsLostAndNothingMadeTwice() throws IOException, InterruptedException {
        var rows = new StringBuilder("prompt,width,height,steps\n");
        IntStream.range(0, ROWS)
                .forEach(i -> rows.append("a calm sea ").append(i).append(",32,32,2\n"));
        Files.writeString(folder.resolve("rows.csv"), rows);

        var random = new Random(SEED);
        for (int kill = 0; kill < KILLS; kill++) {
            killTwo(random);
        }
        for (int shard = 0; shard < SHARDS; shard++) {
            var ended = batch("shards", shard + "/" + SHARDS);
            assertThat(ended.exit()).as("%s", ended.err()).isZero();
        }
        var whole = batch("whole", "0/1");
        assertThat(whole.exit()).as("%s", whole.err()).isZero();

        var expected = pictures("whole");
        assertThat(expected).hasSize(ROWS);
        var made = pictures("shards");
        assertThat(made.keySet()).isEqualTo(expected.keySet());
        made.forEach((name, bytes) ->
                assertThat(Arrays.equals(bytes, expected.get(name))).as(name).isTrue());
        var table = table("shards");
        assertThat(table).hasSize(ROWS);
        assertThat(table).extracting(row -> row.get("id")).doesNotHaveDuplicates();
        assertThat(table).extracting(row -> row.get("status")).isSubsetOf("made", "kept");
    }

    private MuralProcess.Result batch(String out, String shard) {
        return new MuralProcess(folder).run("batch", "rows.csv", "--out", out, "--shard", shard);
    }

    private void killTwo(Random random) throws IOException, InterruptedException {
        List<Process> processes = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            processes.add(new MuralProcess(folder)
                    .start(
                            folder.resolve("err-" + shard),
                            "batch",
                            "rows.csv",
                            "--out",
                            "shards",
                            "--shard",
                            shard + "/" + SHARDS));
        }
        for (var process : processes) {
            process.waitFor(500 + random.nextInt(3000), TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
        }
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

    private List<Map<String, Object>> table(String out) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        try (var parts = Files.newDirectoryStream(folder.resolve(out).resolve("table"))) {
            for (var part : parts) {
                Files.readAllLines(part)
                        .forEach(line -> rows.add(Json.parse("row", line).asMap()));
            }
        }
        return rows;
    }
}
