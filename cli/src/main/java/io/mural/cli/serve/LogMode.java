package io.mural.cli.serve;

import io.mural.cli.console.OneLine;
import io.mural.engine.text.Figures;
import io.mural.server.Log;
import io.mural.server.jobs.Job;
import io.mural.weights.text.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** How the server's log is written. */
enum LogMode {
    PLAIN,
    JSON;

    Log open(PrintWriter err) {
        return new Lines(err, this);
    }

    /** A line an event. */
    private record Lines(PrintWriter err, LogMode mode) implements Log {
        @Override
        public void submitted(Job job, boolean prompts) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("job", job.id());
            fields.put("model", job.wish().model());
            fields.put("width", job.figures().width());
            fields.put("height", job.figures().height());
            fields.put("steps", job.figures().steps());
            fields.put("pictures", job.wish().count());
            if (prompts) {
                fields.put("prompt", job.wish().prompt().orElse(""));
            }
            write(
                    "queued",
                    fields,
                    job.id() + " queued: " + job.wish().count() + " x "
                            + job.figures().width() + "x"
                            + job.figures().height() + ", " + job.figures().steps() + " steps, "
                            + job.wish().model()
                            + (prompts
                                    ? ", "
                                            + Json.write(java.util.List.of(
                                                    job.wish().prompt().orElse("")))
                                    : ""));
        }

        @Override
        public void ended(Job job) {
            double seconds = job.started()
                    .map(start -> Duration.between(start, job.finished().orElseGet(Instant::now))
                                    .toMillis()
                            / 1e3)
                    .orElse(0.0);
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("job", job.id());
            fields.put("status", job.status().word());
            fields.put("seconds", seconds);
            fields.put("error", job.failure().map(Job.Failure::message).orElse(null));
            write(
                    "ended",
                    fields,
                    job.id() + " " + job.status().word() + " after " + Figures.duration(seconds)
                            + job.failure()
                                    .map(failure -> ": " + failure.message())
                                    .orElse(""));
        }

        @Override
        public void failed(Throwable failure) {
            write("fault", Map.of("error", failure.toString()), "a fault in mural, please report it: " + failure);
            failure.printStackTrace(err);
            err.flush();
        }

        @Override
        public void line(String text) {
            write("note", Map.of("text", text), text);
        }

        private synchronized void write(String event, Map<String, Object> fields, String line) {
            if (mode == PLAIN) {
                err.println("mural: " + OneLine.of(line));
            } else {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("time", Instant.now().toString());
                all.put("event", event);
                all.putAll(fields);
                err.println(Json.write(all));
            }
            err.flush();
        }
    }
}
