package io.mural.cli.hub;

import io.mural.cli.console.OneLine;
import io.mural.cli.console.Terminal;
import io.mural.cli.progress.ProgressMode;
import io.mural.engine.hub.HubName;
import io.mural.engine.hub.PullListener;
import io.mural.engine.text.Figures;
import io.mural.weights.text.Json;
import io.mural.weights.text.Shown;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What a pull says on stderr: a line that is drawn again on terminals, a line for each tenth elsewhere, or JSON. */
final class PullReport implements PullListener, AutoCloseable {
    private static final long REDRAW_NANOS = 200_000_000L;
    private static final int TENTHS = 10;

    private final ProgressMode mode;
    private final boolean bar;
    private final PrintWriter err;
    private long total;
    private long done;
    private long drawn;
    private long tenth;
    private final long start = System.nanoTime();
    private boolean visible;

    PullReport(ProgressMode mode, PrintWriter err) {
        this.mode = mode;
        this.err = err;
        bar = mode == ProgressMode.AUTO && Terminal.isInteractive();
    }

    @Override
    public synchronized void begins(HubName model, String commit, int files, long bytes, long missing) {
        total = missing;
        say(
                "pull",
                model + ": " + files + " files, " + Figures.bytes(bytes)
                        + (missing == 0 ? ", all here" : ", " + Figures.bytes(missing) + " to come"),
                Map.of(
                        "model",
                        model.toString(),
                        "commit",
                        commit,
                        "files",
                        files,
                        "bytes",
                        bytes,
                        "missing",
                        missing));
    }

    @Override
    public synchronized void file(String path, long size) {
        if (mode == ProgressMode.JSON) {
            say("file", "", Map.of("path", path, "bytes", size));
        }
    }

    @Override
    public synchronized void bytes(long count) {
        done = Math.min(total, done + count);
        if (total == 0) {
            return;
        }
        if (bar) {
            if (System.nanoTime() - drawn >= REDRAW_NANOS) {
                draw();
            }
        } else if (done * TENTHS / total > tenth) {
            tenth = done * TENTHS / total;
            say("progress", Figures.bytes(done) + " of " + Figures.bytes(total), Map.of("done", done, "bytes", total));
        }
    }

    private void draw() {
        drawn = System.nanoTime();
        visible = true;
        double seconds = (drawn - start) / 1e9;
        var line = "pull " + 100 * done / total + " %  " + Figures.bytes(done) + " of " + Figures.bytes(total) + "  "
                + Figures.bytes((long) (done / Math.max(seconds, 1e-3))) + "/s";
        err.print(Terminal.ERASE_LINE + line.substring(0, Math.clamp(Terminal.width() - 1, 0, line.length())));
        err.flush();
    }

    @Override
    public synchronized void again(String path, long bytes) {
        done = Math.max(0, done - bytes);
        say("again", Shown.text(path) + ": begins again", Map.of("path", path));
    }

    @Override
    public synchronized void waits(Duration time) {
        say(
                "wait",
                "the hub asks to wait " + Figures.duration(time.toMillis() / 1e3),
                Map.of("seconds", time.toMillis() / 1e3));
    }

    @Override
    public synchronized void retries(String what, String reason, Duration pause) {
        say(
                "retry",
                Shown.text(what) + ": " + reason + "; tries again",
                Map.of("what", what, "reason", reason, "seconds", pause.toMillis() / 1e3));
    }

    @Override
    public synchronized void waitsForOther(HubName model) {
        say("wait", model + ": waits for another pull of it", Map.of("model", model.toString()));
    }

    private void say(String event, String line, Map<String, Object> fields) {
        close();
        switch (mode) {
            case JSON -> {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("event", event);
                object.putAll(new TreeMap<>(fields));
                err.println(Json.write(object));
            }
            case AUTO, PLAIN -> err.println(OneLine.of(line));
            case NONE -> {}
        }
    }

    /** Leaves the terminal as it was found. */
    @Override
    public synchronized void close() {
        if (visible) {
            visible = false;
            err.print(Terminal.ERASE_LINE);
            err.flush();
        }
    }
}
