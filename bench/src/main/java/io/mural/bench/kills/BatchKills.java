package io.mural.bench.kills;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Kills {@code mural batch} at random moments, in shards, until each shard has come to its end, and begins anew. What is lost,
 * made twice, of other bytes or twice in the table is counted.
 */
final class BatchKills {
    private static final int ROWS = 24;
    private static final int SHARDS = 2;
    private static final String TABLE = "rows.csv";

    private final Command command;
    private final Random random;
    private final Map<String, Object> seen = new HashMap<>(); // files by name, as the disk tells them apart
    private int killed;
    private int made;
    private int lost;
    private int twice;
    private int others;
    private int rowsOff;

    BatchKills(Command command, Random random) {
        this.command = command;
        this.random = random;
    }

    private Path out(String name) {
        return command.folder().resolve(name);
    }

    private static String[] args(String out, String shard) {
        return new String[] {"batch", TABLE, "--out", out, "--shard", shard, "--progress", "json"};
    }

    /** @return how much was wrong */
    int run(int count) throws IOException {
        var rows = new StringBuilder("prompt,width,height,steps\n");
        for (int row = 0; row < ROWS; row++) {
            rows.append("a calm sea ")
                    .append(row)
                    .append(",64,64,")
                    .append(1 + row % 3)
                    .append('\n');
        }
        Files.writeString(command.folder().resolve(TABLE), rows);
        var whole = command.run(args("whole", "0/1"));
        if (whole.exit() != 0) {
            throw new InputException("the whole batch fails: " + whole.lines());
        }
        int batches = 0;
        while (killed < count) {
            batch(count);
            compare();
            delete(out("out"));
            seen.clear();
            batches++;
        }
        System.out.printf(
                Locale.ROOT,
                "batch: killed %d times in %d batches of %d; %d pictures made, %d lost, %d made twice, %d with other"
                        + " bytes, %d rows too many or too few%n",
                killed,
                batches,
                ROWS,
                made,
                lost,
                twice,
                others,
                rowsOff);
        return lost + twice + others + rowsOff;
    }

    private void batch(int count) throws IOException {
        for (int shard = 0; shard < SHARDS; shard++) {
            var args = args("out", shard + "/" + SHARDS);
            boolean ended = false;
            while (!ended) {
                var run = killed < count
                        ? command.killed(1 + random.nextInt(ROWS / SHARDS), random, args)
                        : command.run(args);
                killed += run.killed() ? 1 : 0;
                ended = !run.killed() && run.exit() == 0;
                if (!run.killed() && !ended) {
                    throw new InputException("the batch fails: " + run.lines());
                }
                look();
            }
        }
    }

    /** A picture that was made again has another file under its name. */
    private void look() throws IOException {
        for (var picture : pictures("out").entrySet()) {
            var key = Files.readAttributes(picture.getValue(), BasicFileAttributes.class)
                    .fileKey();
            var before = seen.putIfAbsent(picture.getKey(), key);
            twice += before == null || before.equals(key) ? 0 : 1;
        }
    }

    private void compare() throws IOException {
        var expected = pictures("whole");
        var found = pictures("out");
        made += found.size();
        for (var picture : expected.entrySet()) {
            var file = found.remove(picture.getKey());
            lost += file == null ? 1 : 0;
            others += file != null && Files.mismatch(file, picture.getValue()) != -1 ? 1 : 0;
        }
        others += found.size();
        List<String> ids = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            var part = out("out").resolve("table/part-%05d-of-%05d.jsonl".formatted(shard, SHARDS));
            for (var line : Files.readAllLines(part)) {
                ids.add(Json.parse("a row", line).string("id", ""));
            }
        }
        rowsOff += ids.size() - new HashSet<>(ids).size() + ROWS - new HashSet<>(ids).size();
    }

    private Map<String, Path> pictures(String name) throws IOException {
        var place = out(name).resolve("pictures");
        if (!Files.exists(place)) {
            return new HashMap<>();
        }
        Map<String, Path> pictures = new HashMap<>();
        try (Stream<Path> files = Files.walk(place)) {
            files.filter(Files::isRegularFile)
                    .forEach(file -> pictures.put(file.getFileName().toString(), file));
        }
        return pictures;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
