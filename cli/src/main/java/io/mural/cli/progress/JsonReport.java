package io.mural.cli.progress;

import io.mural.weights.text.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Progress for programs: one JSON object a line; docs/cli.md lists the events and their fields. */
final class JsonReport implements Report {
    private static final long UNIT_NANOS = 1_000_000_000L;

    private final PrintWriter err;
    private final LongSupplier clock;
    private int picture = 1;
    private int pictures = 1;
    private Pace pace;
    private long unitTold;

    /** @param clock nanoseconds */
    JsonReport(PrintWriter err, LongSupplier clock) {
        this.err = err;
        this.clock = clock;
    }

    @Override
    public void announce(Announcement a) {
        var event = event("plan");
        event.put("model", a.model());
        event.put("pictures", a.pictures());
        event.put("width", a.width());
        event.put("height", a.height());
        event.put("steps", a.steps());
        event.put("seed", a.seed());
        event.put("device", a.device());
        event.put("threads", a.threads());
        event.put("memory_bytes", a.memoryBytes());
        event.put("weight_bytes", a.weightBytes());
        event.put("resident_bytes", a.residentBytes());
        tell(event);
    }

    @Override
    public void warn(String text) {
        var event = event("warning");
        event.put("text", text);
        tell(event);
    }

    @Override
    public void note(String text) {
        var event = event("note");
        event.put("text", text);
        tell(event);
    }

    @Override
    public void begin(int number, int of, long seed) {
        picture = number;
        pictures = of;
        var event = pictureEvent("picture");
        event.put("pictures", of);
        event.put("seed", seed);
        tell(event);
    }

    @Override
    public void level(int number, int levels, int width, int height, int windows) {
        var event = pictureEvent("level");
        event.put("level", number);
        event.put("levels", levels);
        event.put("width", width);
        event.put("height", height);
        event.put("windows", windows);
        tell(event);
    }

    @Override
    public void stage(Stage stage, int steps) {
        pace = new Pace(stage, steps, clock.getAsLong());
        unitTold = clock.getAsLong();
        var event = stageEvent("stage");
        event.put("steps", steps);
        tell(event);
    }

    @Override
    public void step(int done) {
        long now = clock.getAsLong();
        pace.step(done, now);
        var event = stageEvent("step");
        event.put("step", done);
        event.put("steps", pace.steps());
        event.put("seconds_per_step", millis(pace.secondsPerStep().orElseThrow()));
        event.put("seconds_left", millis(pace.secondsLeft(now).orElseThrow()));
        tell(event);
    }

    /** Units tell of life within a slow step; in a quick one they would only be noise. */
    @Override
    public void unit(String name) {
        long now = clock.getAsLong();
        if (pace != null && now - unitTold >= UNIT_NANOS) {
            unitTold = now;
            var event = stageEvent("unit");
            event.put("unit", name);
            tell(event);
        }
    }

    @Override
    public void done(Path file, long seed, double seconds) {
        var event = pictureEvent("done");
        event.put("pictures", pictures);
        event.put("path", file.toString());
        event.put("seed", seed);
        event.put("seconds", millis(seconds));
        tell(event);
    }

    private Map<String, Object> stageEvent(String name) {
        var event = pictureEvent(name);
        event.put("stage", pace.stage());
        return event;
    }

    private Map<String, Object> pictureEvent(String name) {
        var event = event(name);
        event.put("picture", picture);
        return event;
    }

    private static Map<String, Object> event(String name) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("event", name);
        return event;
    }

    private static double millis(double seconds) {
        return Math.round(seconds * 1000) / 1000.0;
    }

    private void tell(Map<String, Object> event) {
        err.println(Json.write(event));
    }

    @Override
    public void close() {}
}
