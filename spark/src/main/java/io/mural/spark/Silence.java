package io.mural.spark;

import io.mural.batch.BatchListener;
import io.mural.batch.RowFault;
import java.util.List;
import java.util.Optional;

/** Says nothing. */
class Silence implements BatchListener {
    @Override
    public void faults(List<RowFault> faults) {
        // The exception names the first.
    }

    @Override
    public void planned(Totals totals) {
        // Nobody asked.
    }

    @Override
    public void progress(State state, Optional<String> failure) {
        // Spark's own pages show it.
    }
}
