package io.mural.batch;

import io.mural.Recipe;
import io.mural.engine.text.Version;
import io.mural.weights.text.Json;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A picture's line of the result: the row's own columns, then what became of it. */
record ResultRow(Row row, long seed, Status status, Map<String, Object> rest) {
    /** Columns of the result that a table must not have. */
    static final Set<String> RESERVED = Set.of(
            "identity",
            "path",
            "seconds",
            "queue_seconds",
            "bytes",
            "sha256",
            "device",
            "host",
            "executor",
            "attempt",
            "status",
            "error",
            "mural",
            "model_identity",
            "recipe");

    /** What became of a picture. */
    enum Status {
        MADE,
        KEPT,
        FAILED
    }

    /** Who worked on a picture, and how often and long. */
    record Work(
            String host,
            String executor,
            String device,
            int attempt,
            Optional<Double> seconds,
            Optional<Double> queueSeconds) {}

    /** A finished picture's file. */
    record File(String path, long bytes, String sha256) {}

    static ResultRow finished(
            Row row,
            long seed,
            Status status,
            String identity,
            String modelIdentity,
            File file,
            Recipe recipe,
            Work work) {
        Map<String, Object> rest = new LinkedHashMap<>();
        rest.put("identity", identity);
        rest.put("path", file.path());
        rest.put("width", recipe.width());
        rest.put("height", recipe.height());
        rest.put("seed", new BigInteger(Long.toUnsignedString(seed)));
        put(rest, work);
        rest.put("device", recipe.device());
        rest.put("bytes", file.bytes());
        rest.put("sha256", file.sha256());
        rest.put("status", word(status));
        rest.put("error", null);
        rest.put("mural", Version.text());
        rest.put("model_identity", modelIdentity);
        rest.put("recipe", Json.parse("recipe", recipe.toJson(Optional.empty())).asMap());
        return new ResultRow(row, seed, status, rest);
    }

    static ResultRow failed(Row row, long seed, String error, Work work) {
        Map<String, Object> rest = new LinkedHashMap<>();
        rest.put("seed", new BigInteger(Long.toUnsignedString(seed)));
        put(rest, work);
        rest.put("status", word(Status.FAILED));
        rest.put("error", error);
        rest.put("mural", Version.text());
        return new ResultRow(row, seed, Status.FAILED, rest);
    }

    /**
     * A row that is at fault.
     *
     * @param cells its values, as far as they can be read
     */
    static ResultRow refused(List<RowFault> faults, Map<String, Object> cells, Work work) {
        long number = faults.getFirst().row();
        var id = cells.get(Column.ID.text());
        var name = id == null || id.toString().isEmpty() ? "row-" + number : id.toString();
        var error = faults.stream().map(RowFault::line).collect(Collectors.joining("; "));
        return failed(new Row(number, name, "", Optional.empty(), 0, 1, null, null, cells), 0, error, work);
    }

    private static void put(Map<String, Object> rest, Work work) {
        rest.put("seconds", work.seconds().orElse(null));
        rest.put("queue_seconds", work.queueSeconds().orElse(null));
        rest.put("device", work.device());
        rest.put("host", work.host());
        rest.put("executor", work.executor());
        rest.put("attempt", work.attempt());
    }

    private static String word(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    Map<String, Object> cells() {
        Map<String, Object> all = new LinkedHashMap<>(row.cells());
        all.put(Column.ID.text(), row.id());
        all.putAll(rest);
        return all;
    }

    /** A line of the table. */
    String line() {
        return Json.write(cells()) + "\n";
    }
}
