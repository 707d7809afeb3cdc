package io.mural.spark;

import io.mural.engine.text.Version;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The folder of results, as the driver sees it. */
final class OutFolder {
    private final Settings settings;
    private final FileSystem files;
    private final Path out;
    private final List<Path> temporary = new ArrayList<>();

    private OutFolder(Settings settings, FileSystem files) {
        this.settings = settings;
        this.files = files;
        out = new Path(settings.out());
    }

    /** Makes the folders; {@link InputException} when they cannot be written to. */
    static OutFolder of(Settings settings, Configuration hadoop) {
        var out = new Path(settings.out());
        try {
            var folder = new OutFolder(settings, out.getFileSystem(hadoop));
            for (var part : new String[] {"pictures", "_mural/tmp", "_mural/checkpoints"}) {
                folder.files.mkdirs(new Path(out, part));
            }
            folder.files.create(Desk.mark(settings), true).close();
            return folder;
        } catch (IOException e) {
            throw InputException.about(
                    "out", "`out` " + out + ": cannot be written to: " + e.getMessage() + "; choose another folder", e);
        }
    }

    /** Where the pictures of each task stand while the job goes on, if the program has no such place of its own. */
    static String tasks(Settings settings) {
        return new Path(settings.out(), "_mural/tasks").toString();
    }

    /** Files that go with {@link #tidy}. */
    void temporary(String place) {
        temporary.add(new Path(place));
    }

    String table() {
        return new Path(out, "table").toString();
    }

    /** Rows that failed for good, a JSON object a line. */
    void failures(Iterator<String> lines) throws IOException {
        try (var file = new BufferedWriter(new OutputStreamWriter(
                files.create(new Path(out, "_mural/failures.jsonl"), true), StandardCharsets.UTF_8))) {
            while (lines.hasNext()) {
                file.write(lines.next());
                file.write('\n');
            }
        }
    }

    /** What the job was; written last. */
    void job(String table, Map<String, String> models, boolean skipBadRows, Map<String, Object> counts)
            throws IOException {
        Map<String, Object> job = new LinkedHashMap<>();
        job.put("mural", Version.text());
        job.put("table", table.substring(table.lastIndexOf('/') + 1));
        job.put("models", models);
        job.put("skip_bad_rows", skipBadRows);
        job.put("shards", Map.of("0/1", counts));
        try (var file = files.create(new Path(out, "_mural/job.json"), true)) {
            file.write((Json.write(job) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** What only this job's tasks needed. */
    void tidy() throws IOException {
        files.delete(BegunPictures.folder(settings), true);
        files.delete(Desk.mark(settings), false);
        for (var place : temporary) {
            place.getFileSystem(files.getConf()).delete(place, true);
        }
    }
}
