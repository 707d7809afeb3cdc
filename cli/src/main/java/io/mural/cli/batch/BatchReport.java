package io.mural.cli.batch;

import io.mural.batch.BatchListener;
import io.mural.batch.RowFault;
import io.mural.cli.console.Spelling;
import io.mural.cli.progress.ProgressMode;
import io.mural.engine.text.Figures;
import io.mural.weights.text.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Shows how a batch goes on, as lines of text or JSON. */
final class BatchReport implements BatchListener {
    /** Small pictures would otherwise fill the screen. */
    private static final long BETWEEN_LINES = 1_000_000_000L;

    private static final int MOST_FAULTS = 20;

    private final PrintWriter err;
    private final ProgressMode mode;
    private final LongSupplier clock;
    private long last; // when a line was written
    private boolean any; // whether one was

    private BatchReport(PrintWriter err, ProgressMode mode, LongSupplier clock) {
        this.err = err;
        this.mode = mode;
        this.clock = clock;
    }

    static BatchReport of(ProgressMode mode, PrintWriter err) {
        return new BatchReport(err, mode, System::nanoTime);
    }

    @Override
    public void faults(List<RowFault> faults) {
        // Rows at fault are no progress: they are told in every mode.
        for (var fault : mode == ProgressMode.JSON ? faults : faults.subList(0, Math.min(MOST_FAULTS, faults.size()))) {
            if (mode == ProgressMode.JSON) {
                object("bad_row", "row", fault.row(), "column", fault.column().orElse(null), "text", fault.message());
            } else {
                err.println("mural: " + Spelling.of(fault.line()));
            }
        }
        if (mode != ProgressMode.JSON && faults.size() > MOST_FAULTS) {
            err.println("mural: and " + (faults.size() - MOST_FAULTS) + " rows more; --progress json lists all");
        }
    }

    @Override
    public void planned(Totals totals) {
        switch (mode) {
            case NONE -> {}
            case JSON ->
                object(
                        "plan",
                        "rows",
                        totals.rows(),
                        "kinds",
                        totals.kinds(),
                        "pictures",
                        totals.pictures(),
                        "flops",
                        totals.flops(),
                        "device_seconds",
                        totals.deviceSeconds(),
                        "raw_bytes",
                        totals.rawBytes(),
                        "memory_bytes",
                        totals.memoryBytes());
            case AUTO, PLAIN ->
                err.println(totals.rows() + " rows, " + totals.pictures() + " pictures here: "
                        + Figures.flop(totals.flops()) + ", about " + Figures.duration(totals.deviceSeconds())
                        + " on one device, at most " + Figures.bytes(totals.rawBytes()) + " of pictures, "
                        + Figures.bytes(totals.memoryBytes()) + " of memory beside the weights");
        }
    }

    @Override
    public void progress(State state, Optional<String> failure) {
        if (mode == ProgressMode.JSON) {
            object(
                    "pictures",
                    "made",
                    state.made(),
                    "kept",
                    state.kept(),
                    "failed",
                    state.failed(),
                    "pictures",
                    state.pictures(),
                    "seconds_left",
                    state.secondsLeft().orElse(null),
                    "error",
                    failure.orElse(null));
            return;
        }
        failure.ifPresent(line -> err.println("mural: failed: " + Spelling.of(line)));
        boolean due = !any || clock.getAsLong() - last >= BETWEEN_LINES || state.done() == state.pictures();
        if (mode != ProgressMode.NONE && due) {
            any = true;
            last = clock.getAsLong();
            err.println(state.done() + " of " + state.pictures() + " pictures: " + state.made() + " made, " + state.kept()
                    + " kept, " + state.failed() + " failed"
                    + state.secondsLeft()
                            .filter(left -> state.done() < state.pictures())
                            .map(left -> ", about " + Figures.duration(left) + " left")
                            .orElse(""));
        }
    }

    private void object(String event, Object... fields) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("event", event);
        for (int i = 0; i < fields.length; i += 2) {
            json.put(fields[i].toString(), fields[i + 1]);
        }
        err.println(Json.write(json));
    }
}
