package io.mural.batch;

import io.mural.batch.Kinds.Kind;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes single pictures of a table's rows by the rules of {@link BatchRunner}, for engines that hand out the rows
 * themselves. The model stays open until a row needs another. For one thread at a time.
 */
public final class PictureMaker implements AutoCloseable {
    /** A picture that ends its process so often is not begun again. */
    private static final int MOST_BEGUN = 3;

    /** Rows may differ in their pictures, each a kind of its own; old ones are forgotten then. */
    private static final int MOST_KINDS = 10_000;

    private static final double NANOS = 1e9;

    private final Catalog catalog;
    private final OpenModel models;
    private Kinds kinds;
    private final Means means;
    private final Worker worker;

    /** Notes which pictures were begun, so that one that ends its process is known when it comes back. */
    public interface Attempts {
        /** Notes that a picture is begun; tells how often it was before without an end. */
        int begin(String identity) throws IOException;

        /** Notes that it came to an end, whatever it was. */
        void end(String identity) throws IOException;
    }

    /**
     * What a row's pictures take, each.
     *
     * @param setup the model with its LoRAs, as text: rows of one setup are best made together
     * @param seconds on the device that planned it
     */
    public record Assay(String setup, double flops, double seconds, long rawBytes, long memoryBytes) {}

    /**
     * What became of a picture.
     *
     * @param cells the row's own columns, then those of the result
     * @param status {@code made}, {@code kept} or {@code failed}
     */
    public record Outcome(Map<String, Object> cells, String status, Optional<String> error, double flops) {}

    /**
     * @param embedded the folder of the embedded model
     * @param executor who works, for the table
     */
    public PictureMaker(
            Catalog catalog, Studio studio, String device, Store store, Optional<Path> embedded, String executor) {
        this.catalog = catalog;
        models = new OpenModel(studio, device);
        kinds = new Kinds(catalog, models);
        long start = System.nanoTime();
        means = new Means(
                catalog,
                store,
                new Identities(embedded),
                Batch.thisHost(),
                executor,
                () -> (System.nanoTime() - start) / NANOS);
        worker = new Worker(means, models);
    }

    /** Plans a row; {@link InputException} when its pictures cannot be made. */
    public Assay assay(Row row) {
        var kind = kind(row);
        return new Assay(kind.setup().toString(), kind.flops(), kind.seconds(), kind.rawBytes(), kind.memoryBytes());
    }

    private Kind kind(Row row) {
        if (kinds.size() >= MOST_KINDS) {
            kinds = new Kinds(catalog, models);
        }
        return kinds.get(kinds.of(row));
    }

    /**
     * Makes a picture of a row, or finds it there, or gives it up.
     *
     * @param number 0 for the row's first
     */
    public Outcome make(Row row, int number, Attempts attempts) throws IOException {
        Kind kind;
        try {
            kind = kind(row);
        } catch (InputException e) {
            return failed(row, number, e.getMessage(), 0);
        }
        var identity = means.identities().of(kind.recipe(), row.prompt(), row.seed(number));
        boolean there = means.store().has(identity);
        int before = there ? 0 : attempts.begin(identity);
        if (before >= MOST_BEGUN) {
            attempts.end(identity);
            return failed(row, number, "the picture ended its process " + before + " times", kind.flops());
        }
        var result = worker.work(row, number, kind);
        if (!there) {
            attempts.end(identity);
        }
        return outcome(result, kind.flops());
    }

    /**
     * The result of a row that is at fault.
     *
     * @param cells its values, as far as they can be read
     */
    public static Outcome failed(RowFault fault, Map<String, Object> cells, String executor, String device) {
        var work = new ResultRow.Work(Batch.thisHost(), executor, device, 0, Optional.empty(), Optional.empty());
        return outcome(ResultRow.refused(List.of(fault), cells, work), 0);
    }

    private Outcome failed(Row row, int number, String error, double flops) {
        var work = new ResultRow.Work(
                means.host(), means.executor(), models.device(), 1, Optional.empty(), Optional.empty());
        return outcome(ResultRow.failed(row, row.seed(number), error, work), flops);
    }

    private static Outcome outcome(ResultRow result, double flops) {
        var cells = result.cells();
        return new Outcome(
                cells,
                cells.get("status").toString(),
                Optional.ofNullable(cells.get("error")).map(Object::toString),
                flops);
    }

    @Override
    public void close() {
        models.close();
    }
}
