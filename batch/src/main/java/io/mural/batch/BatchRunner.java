package io.mural.batch;

import io.mural.batch.ResultRow.Status;
import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import io.mural.weights.text.UnwritableException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the pictures of a table, each once, whatever happened before: a picture's file is named by what it is, and one that
 * is there is kept.
 */
public final class BatchRunner {
    private final BatchOptions options;
    private final Studio studio;
    private final BatchListener listener;

    public BatchRunner(BatchOptions options, Studio studio, BatchListener listener) {
        this.options = options;
        this.studio = studio;
        this.listener = listener;
    }

    /**
     * Checks the whole table, then makes the pictures of the shard. An interrupt stops it at the next unit of the model;
     * what is finished stays.
     *
     * @return what became of the pictures
     * @throws InputException if rows are at fault and are not to be skipped; no picture is made then
     */
    public BatchListener.State run() {
        return checked(this::make);
    }

    /** Checks the whole table and tells what it will take. */
    public BatchListener.Totals check() {
        return checked((batch, found) -> {
            var totals = totals(batch, found.queue().order(batch.kinds()::get));
            listener.planned(totals);
            return totals;
        });
    }

    /** The table of this shard's results. */
    public Path results() {
        return Folder.table(options.out(), options.shard());
    }

    private interface Work<T> {
        T of(Batch batch, Census.Found found) throws IOException;
    }

    private <T> T checked(Work<T> work) {
        long start = System.nanoTime();
        try (var table = Table.open(options.table());
                var planning = new OpenModel(studio, options.devices().getFirst())) {
            var kinds = new Kinds(options.catalog(), planning);
            var found = Census.of(table, kinds);
            listener.faults(found.faults());
            if (!found.faults().isEmpty() && !options.skipBadRows()) {
                throw InputException.about(
                        "table",
                        options.table() + ": " + found.byRow().size() + " rows cannot be made, the first: "
                                + found.faults().getFirst().line()
                                + "; mend them, or leave them out by `on-bad-row` skip");
            }
            planning.release();
            var batch = new Batch(
                    table,
                    found.queue(),
                    kinds,
                    options.catalog(),
                    studio,
                    new Folder(options.out()),
                    new Identities(options.embedded()),
                    options.shard(),
                    Batch.thisHost(),
                    start);
            return work.of(batch, found);
        } catch (IOException e) {
            if (e.getCause() instanceof UnwritableException) {
                // It names its file and what to do.
                throw new InputException(e.getMessage(), e);
            }
            throw new InputException(options.table() + " or " + options.out() + ": " + Shown.reason(e), e);
        }
    }

    private BatchListener.State make(Batch batch, Census.Found found) throws IOException {
        var order = found.queue().order(batch.kinds()::get);
        var totals = totals(batch, order);
        listener.planned(totals);
        batch.folder().make();
        var bad = found.byRow();
        bad.keySet().removeIf(row -> !options.shard().takes(row));
        var tally = new Tally(totals.pictures() + bad.size(), totals.flops());
        try (var results = new Results(batch.folder(), options.shard())) {
            for (var faults : bad.values()) {
                giveUp(batch, faults, cells(batch, found, faults), results, tally);
            }
            new Crew(batch, results, tally, listener)
                    .work(options.devices(), new Cursor(found.queue(), order, options.shard()));
            results.publish();
            var state = tally.state(Optional.of(0.0));
            JobFile.write(options, batch, state, batch.seconds(), results.failures());
            return state;
        }
    }

    private static Map<String, Object> cells(Batch batch, Census.Found found, List<RowFault> faults)
            throws IOException {
        var place = found.places().get(faults.getFirst().row());
        return place == null ? Map.of() : batch.table().cells(place);
    }

    private void giveUp(Batch batch, List<RowFault> faults, Map<String, Object> cells, Results results, Tally tally) {
        var work = new ResultRow.Work(
                batch.host(),
                options.shard().toString(),
                options.devices().getFirst(),
                0,
                Optional.empty(),
                Optional.empty());
        var row = ResultRow.refused(faults, cells, work);
        results.add(row);
        listener.progress(
                tally.count(Status.FAILED, 0, batch.seconds()),
                Optional.ofNullable(row.cells().get("error")).map(Object::toString));
    }

    private BatchListener.Totals totals(Batch batch, int[] order) {
        long place = 0;
        long pictures = 0;
        double flops = 0;
        double seconds = 0;
        long bytes = 0;
        long memory = 0;
        int kinds = 0;
        for (int row : order) {
            int count = batch.queue().count(row);
            long mine = options.shard().taken(place, count);
            place += count;
            if (mine > 0) {
                var kind = batch.kind(row);
                pictures += mine;
                flops += mine * kind.flops();
                seconds += mine * kind.seconds();
                bytes += mine * kind.rawBytes();
                memory = Math.max(memory, kind.memoryBytes());
                kinds = Math.max(kinds, batch.queue().kind(row) + 1);
            }
        }
        return new BatchListener.Totals(batch.queue().size(), kinds, pictures, flops, seconds, bytes, memory);
    }
}
