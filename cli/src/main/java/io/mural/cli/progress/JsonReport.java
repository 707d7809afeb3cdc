package io.mural.cli.progress;

import io.mural.Progress;
import io.mural.cli.console.Spelling;
import io.mural.weights.text.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Progress for programs: one JSON object a line; docs/cli.md lists the events and their fields. */
final class JsonReport implements Report {
    private static final long UNIT_NANOS = 1_000_000_000L;

    private final PrintWriter err;
    private final LongSupplier clock;
    private long unitTold;

    /** @param clock nanoseconds */
    JsonReport(PrintWriter err, LongSupplier clock) {
        this.err = err;
        this.clock = clock;
    }

    @Override
    public void accept(Progress event) {
        switch (event) {
            case Progress.StageBegun _ -> {
                unitTold = clock.getAsLong();
                tell(event);
            }
            case Progress.Unit _ -> unit(event);
            case Progress.Warning warning -> tell(new Progress.Warning(Spelling.of(warning.text())));
            case Progress.Note note -> tell(new Progress.Note(Spelling.of(note.text())));
            // Their pictures are files beside the finished one.
            case Progress.Preview _, Progress.LevelDone _ -> {}
            default -> tell(event);
        }
    }

    /** Units tell of life within a slow step; in a quick one they would only be noise. */
    private void unit(Progress event) {
        long now = clock.getAsLong();
        if (now - unitTold >= UNIT_NANOS) {
            unitTold = now;
            tell(event);
        }
    }

    private void tell(Progress event) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("event", event.event());
        object.putAll(event.fields());
        err.println(Json.write(object));
    }

    @Override
    public boolean isForPrograms() {
        return true;
    }

    @Override
    public void close() {}
}
