package io.mural.spark;

import io.mural.batch.BatchListener;
import io.mural.batch.RowFault;
import io.mural.engine.text.Figures;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/** Shows how a job goes on, as lines of text. */
final class Report implements BatchListener {
    private static final int MOST_FAULTS = 20;

    private final PrintWriter err;
    private final boolean quiet;

    Report(PrintWriter err, boolean quiet) {
        this.err = err;
        this.quiet = quiet;
    }

    @Override
    public void faults(List<RowFault> faults) {
        faults.stream().limit(MOST_FAULTS).forEach(fault -> err.println("mural: " + Batch.spelt(fault.line())));
        if (faults.size() > MOST_FAULTS) {
            err.println("mural: and " + (faults.size() - MOST_FAULTS) + " rows more");
        }
    }

    @Override
    public void planned(Totals totals) {
        if (!quiet) {
            err.println(totals.rows() + " rows, " + totals.pictures() + " pictures: " + Figures.flop(totals.flops())
                    + ", about " + Figures.duration(totals.deviceSeconds()) + " on one device, at most "
                    + Figures.bytes(totals.rawBytes()) + " of pictures, " + Figures.bytes(totals.memoryBytes())
                    + " of memory beside the weights");
        }
    }

    @Override
    public void progress(State state, Optional<String> failure) {
        if (!quiet) {
            err.println(state.done() + " of " + state.pictures() + " pictures: " + state.made() + " made, "
                    + state.kept() + " kept, " + state.failed() + " failed"
                    + state.secondsLeft()
                            .filter(left -> state.done() < state.pictures())
                            .map(left -> ", about " + Figures.duration(left) + " left")
                            .orElse(""));
        }
    }
}
