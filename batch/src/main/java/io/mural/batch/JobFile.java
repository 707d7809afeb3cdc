package io.mural.batch;

import io.mural.engine.text.Version;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What stands beside the pictures when a shard is done: the job, its counts, and the rows that failed for good. */
final class JobFile {
    private JobFile() {}

    /** Adds a shard to the files of its job. Shards that end at the same time wait for each other. */
    static void write(
            BatchOptions options, Batch batch, BatchListener.State state, double seconds, List<ResultRow> failures)
            throws IOException {
        var folder = batch.folder();
        folder.locked(() -> {
            forgetOtherCuts(folder, options.shard());
            Map<String, Object> shards = new TreeMap<>();
            if (Files.exists(folder.job())) {
                earlier(folder, options.shard(), shards);
            }
            shards.put(options.shard().toString(), counts(options, state, seconds));
            Folder.write(folder.failures(), failures(folder, options.shard(), failures));
            Folder.write(folder.job(), Json.write(job(options, batch, shards)) + "\n");
        });
    }

    private static void earlier(Folder folder, Shard shard, Map<String, Object> shards) {
        try {
            var before = Json.read(folder.job()).object("shards").asMap();
            before.forEach((name, counts) -> {
                if (name.endsWith("/" + shard.of())) {
                    shards.put(name, counts);
                }
            });
        } catch (InputException e) {
            // A file that another program spoilt tells nothing; it is written anew.
            shards.clear();
        }
    }

    private static Map<String, Object> job(BatchOptions options, Batch batch, Map<String, Object> shards) {
        Map<String, Object> models = new LinkedHashMap<>();
        options.catalog()
                .models()
                .forEach((name, model) ->
                        models.put(name, batch.identities().files(new Catalog.Setup(model, List.of()))));
        Map<String, Object> job = new LinkedHashMap<>();
        job.put("mural", Version.text());
        job.put("table", options.table().getFileName().toString());
        job.put("models", models);
        job.put("skip_bad_rows", options.skipBadRows());
        job.put("shards", shards);
        return job;
    }

    private static Map<String, Object> counts(BatchOptions options, BatchListener.State state, double seconds) {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("pictures", state.pictures());
        counts.put("made", state.made());
        counts.put("kept", state.kept());
        counts.put("failed", state.failed());
        counts.put("seconds", seconds);
        counts.put("host", Batch.thisHost());
        counts.put("devices", options.devices());
        return counts;
    }

    /** The failures of other shards as they are, and this one's anew. */
    private static String failures(Folder folder, Shard shard, List<ResultRow> own) throws IOException {
        var others = Stream.<String>empty();
        if (Files.exists(folder.failures())) {
            others = Files.readAllLines(folder.failures(), StandardCharsets.UTF_8).stream()
                    .filter(line -> isOther(line, shard));
        }
        var mine = own.stream().map(row -> {
            var cells = row.cells();
            cells.put("shard", shard.toString());
            return Json.write(cells);
        });
        return Stream.concat(others, mine).map(line -> line + "\n").collect(Collectors.joining());
    }

    private static boolean isOther(String line, Shard shard) {
        try {
            var of = Json.parse("failures", line).string("shard", "");
            return !of.equals(shard.toString()) && of.endsWith("/" + shard.of());
        } catch (InputException e) {
            return false; // not a line of ours
        }
    }

    /** Tables of an earlier cut into another number of shards: their pictures are kept and stand in the new tables. */
    private static void forgetOtherCuts(Folder folder, Shard shard) throws IOException {
        try (var tables = Files.newDirectoryStream(folder.tables(), "part-*-of-*.jsonl")) {
            for (var table : tables) {
                if (!table.getFileName()
                        .toString()
                        .endsWith(String.format(Locale.ROOT, "-of-%05d.jsonl", shard.of()))) {
                    Files.deleteIfExists(table);
                }
            }
        }
    }
}
