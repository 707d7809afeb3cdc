package io.mural.server.jobs;

import io.mural.model.image.RgbImage;
import io.mural.weights.text.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A job of the queue: what is asked for, how far it is, what came of it. Its state is on disk whenever it changes. */
public final class Job {
    private static final int EVENTS_KEPT = 20_000;

    private final String id;
    private final Wish wish;
    private final Figures figures;
    private final Source source;
    private final Instant created;
    private final EventLog events = new EventLog(EVENTS_KEPT);
    private final Map<Integer, List<RgbImage>> partials = new HashMap<>();
    private final int partialsWanted;
    private long rank;
    private Status status = Status.QUEUED;
    private Optional<Instant> started = Optional.empty();
    private Optional<Instant> finished = Optional.empty();
    private Optional<Failure> failure = Optional.empty();
    private int done; // pictures
    private Advance advance;
    private RgbImage preview; // null before the first
    private int previewStep;
    private boolean cancelWanted;
    private int waiting; // answers that wait for it
    private boolean awaited; // whether there was one

    /** Where a job stands. */
    public enum Status {
        QUEUED,
        RUNNING,
        DONE,
        FAILED,
        CANCELLED;

        public boolean isOver() {
            return ordinal() > RUNNING.ordinal();
        }

        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * Where a job came from, so that the same request sent again is told.
     *
     * @param route of the request
     * @param hash of its body
     * @param key given by the client
     */
    public record Source(String route, String hash, Optional<String> key) {}

    /** Why a job failed. */
    public record Failure(String code, Optional<String> param, String message) {}

    /** @param partialsWanted previews of a picture that are kept for its stream */
    Job(String id, Wish wish, Figures figures, Source source, Instant created, long rank, int partialsWanted) {
        this.id = id;
        this.wish = wish;
        this.figures = figures;
        this.source = source;
        this.created = created;
        this.rank = rank;
        this.partialsWanted = partialsWanted;
        this.advance = new Advance(figures, wish.count(), 0);
    }

    public String id() {
        return id;
    }

    public Wish wish() {
        return wish;
    }

    public Figures figures() {
        return figures;
    }

    public Source source() {
        return source;
    }

    public Instant created() {
        return created;
    }

    public EventLog events() {
        return events;
    }

    public synchronized Status status() {
        return status;
    }

    public synchronized Optional<Instant> finished() {
        return finished;
    }

    public synchronized Optional<Instant> started() {
        return started;
    }

    public synchronized Optional<Failure> failure() {
        return failure;
    }

    /** Pictures that are finished. */
    public synchronized int done() {
        return done;
    }

    synchronized long rank() {
        return rank;
    }

    synchronized void rank(long place) {
        rank = place;
    }

    synchronized void begin(int finishedBefore) {
        status = Status.RUNNING;
        started = Optional.of(started.orElseGet(Instant::now));
        done = finishedBefore;
        advance = new Advance(figures, wish.count(), finishedBefore);
        notifyAll();
    }

    /** Back into the queue: it goes on when the server starts again. */
    synchronized void requeue() {
        status = Status.QUEUED;
        notifyAll();
    }

    synchronized void end(Status how, Optional<Failure> why) {
        status = how;
        failure = why;
        finished = Optional.of(Instant.now());
        notifyAll();
    }

    synchronized void pictureDone() {
        done++;
        notifyAll();
    }

    synchronized Advance advance() {
        return advance;
    }

    /** How far it is, from 0 to 1. */
    public synchronized double fraction() {
        return status == Status.DONE ? 1 : advance.fraction();
    }

    /** Seconds to its end, as far as can be told. */
    public synchronized double secondsLeft() {
        return status.isOver() ? 0 : advance.secondsLeft();
    }

    /** How far it is, as its JSON has it. */
    public synchronized Map<String, Object> progress() {
        return advance.toJson();
    }

    synchronized void preview(RgbImage image, int step) {
        preview = image;
        previewStep = step;
    }

    /** The latest preview. */
    public synchronized Optional<RgbImage> preview() {
        return Optional.ofNullable(preview);
    }

    public synchronized int previewStep() {
        return previewStep;
    }

    /** Whether the preview after a step belongs to a stream: partial k of P comes after step ceil((k+1) * steps / (P+1)). */
    synchronized boolean wantsPartial(int picture, int step, int steps) {
        int next = partials.getOrDefault(picture, List.of()).size();
        return next < partialsWanted && step >= Math.ceilDiv((next + 1) * steps, partialsWanted + 1);
    }

    synchronized void partial(int picture, RgbImage image) {
        var before = new java.util.ArrayList<>(partials.getOrDefault(picture, List.of()));
        before.add(image);
        partials.put(picture, List.copyOf(before));
        notifyAll();
    }

    /** Previews kept for the stream of a picture, which counts from 1. */
    public synchronized List<RgbImage> partials(int picture) {
        return partials.getOrDefault(picture, List.of());
    }

    synchronized boolean cancelWanted() {
        return cancelWanted;
    }

    synchronized void wantCancel() {
        cancelWanted = true;
    }

    /** An answer waits for the job from now on. */
    public synchronized void join() {
        waiting++;
        awaited = true;
    }

    /** An answer has ended, or its client is gone. */
    public synchronized void leave() {
        waiting--;
    }

    /** Whether all whom it was made for are gone. */
    synchronized boolean isAbandoned() {
        return awaited && waiting == 0 && !status.isOver();
    }

    /** Waits until the job is over; false if it is not after {@code time}. */
    public synchronized boolean await(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (!status.isOver()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    /**
     * Waits for a change of pictures or partials.
     *
     * @param before what {@link #changes} gave
     */
    public synchronized boolean awaitChange(int before, Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (changes() == before && !status.isOver()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    /** Counts finished pictures and partials. */
    public synchronized int changes() {
        return done + partials.values().stream().mapToInt(List::size).sum();
    }

    /**
     * The job as its JSON has it.
     *
     * @param position in the queue; 0 for a running one
     */
    public synchronized Map<String, Object> toJson(int position) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("status", status.word());
        json.put("position", position);
        json.put("created", created.toString());
        json.put("started", started.map(Instant::toString).orElse(null));
        json.put("finished", finished.map(Instant::toString).orElse(null));
        json.put("request", wish.toJson());
        json.put("plan", figures.toJson());
        json.put("progress", status == Status.RUNNING ? advance.toJson() : null);
        json.put("preview", preview == null ? null : "/mural/v1/jobs/" + id + "/preview.jpg?step=" + previewStep);
        json.put("pictures", pictures());
        json.put("error", failure.map(Job::errorJson).orElse(null));
        return json;
    }

    private List<Map<String, Object>> pictures() {
        return java.util.stream.IntStream.rangeClosed(1, done)
                .mapToObj(this::picture)
                .toList();
    }

    private Map<String, Object> picture(int number) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("number", number);
        json.put("width", figures.width());
        json.put("height", figures.height());
        json.put("seed", wish.seed().orElseThrow() + number - 1);
        json.put("url", "/mural/v1/jobs/" + id + "/pictures/" + number + ".png");
        json.put("tiles", "/mural/v1/jobs/" + id + "/pictures/" + number + ".dzi");
        return json;
    }

    private static Map<String, Object> errorJson(Failure failure) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("message", failure.message());
        json.put("code", failure.code());
        json.put("param", failure.param().orElse(null));
        return json;
    }

    /** As it stands on disk: the JSON and what only the server needs. */
    synchronized Map<String, Object> toDisk() {
        var json = toJson(0);
        json.remove("progress");
        json.remove("preview");
        json.put("rank", rank);
        json.put("done", done);
        json.put("partials", partialsWanted);
        json.put("route", source.route());
        json.put("hash", source.hash());
        json.put("key", source.key().orElse(null));
        return json;
    }

    static Job read(JsonObject json) {
        var key = json.has("key") ? Optional.of(json.string("key")) : Optional.<String>empty();
        var job = new Job(
                json.string("id"),
                Wish.read(json.object("request")),
                Figures.read(json.object("plan")),
                new Source(json.string("route"), json.string("hash"), key),
                Instant.parse(json.string("created")),
                json.longInteger("rank"),
                json.integer("partials"));
        job.status = Status.valueOf(json.string("status").toUpperCase(java.util.Locale.ROOT));
        job.started = instant(json, "started");
        job.finished = instant(json, "finished");
        job.done = json.integer("done");
        if (json.has("error")) {
            var error = json.object("error");
            job.failure = Optional.of(new Failure(
                    error.string("code"),
                    error.has("param") ? Optional.of(error.string("param")) : Optional.empty(),
                    error.string("message")));
        }
        return job;
    }

    private static Optional<Instant> instant(JsonObject json, String key) {
        return json.has(key) ? Optional.of(Instant.parse(json.string(key))) : Optional.empty();
    }
}
