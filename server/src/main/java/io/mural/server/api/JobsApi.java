package io.mural.server.api;

import io.mural.Format;
import io.mural.Input;
import io.mural.server.http.BodyFields;
import io.mural.server.http.EventStream;
import io.mural.server.http.Exchange;
import io.mural.server.http.FileAnswer;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.server.http.Routes;
import io.mural.server.jobs.Catalog;
import io.mural.server.jobs.EventLog;
import io.mural.server.jobs.Job;
import io.mural.server.jobs.Pictures;
import io.mural.server.jobs.Queue;
import io.mural.server.jobs.Retries;
import io.mural.server.jobs.Wished;
import io.mural.weights.text.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** Jobs of our own API: made, watched, moved, looked at, removed. */
public final class JobsApi {
    private static final String JOBS = "/mural/v1/jobs";
    private static final Pattern PICTURE = Pattern.compile("(\\d{1,4})\\.(png|jpg|dzi)");
    private static final int MOST_LISTED = 1000;
    private static final int RETRY_MILLIS = 2000;
    private static final int PREVIEW_QUALITY = 80;
    private static final int QUALITY = 90;

    private final Queue queue;
    private final Tiles tiles;

    public JobsApi(Queue queue, Tiles tiles) {
        this.queue = queue;
        this.tiles = tiles;
    }

    public void addTo(Routes routes) {
        routes.add("POST", "/mural/v1/plan", this::plan)
                .add("POST", JOBS, this::submit)
                .add("GET", JOBS, this::list)
                .add("GET", "/mural/v1/events", this::all)
                .add("GET", JOBS + "/{id}", exchange -> exchange.answer(200, queue.toJson(job(exchange))))
                .add("GET", JOBS + "/{id}/events", this::events)
                .add("DELETE", JOBS + "/{id}", this::delete)
                .add("POST", JOBS + "/{id}/move", this::move)
                .add("GET", JOBS + "/{id}/preview.jpg", this::preview)
                .add("GET", JOBS + "/{id}/pictures/{name}", this::picture)
                .add("POST", JOBS + "/{id}/pictures/{name}/regions", this::region);
    }

    private void plan(Exchange exchange) {
        var asked = Asked.of(new BodyFields(exchange.json()), queue.models().catalog(), exchange.limits());
        var request = asked.wish().request(asked.inputs()::get);
        exchange.answer(200, queue.models().plan(asked.wish(), request).toJson());
    }

    /** What a body of jobs asks for. */
    public static Wished asked(JsonObject body, Catalog catalog, Limits limits) {
        var asked = Asked.of(new BodyFields(body), catalog, limits);
        return new Wished(asked.wish(), asked.inputs());
    }

    private void submit(Exchange exchange) {
        var asked = Asked.of(new BodyFields(exchange.json()), queue.models().catalog(), exchange.limits());
        var job = Retries.job(exchange, queue, source -> queue.submit(asked.wish(), asked.inputs(), source, 0));
        submitted(exchange, job);
    }

    private void list(Exchange exchange) {
        int limit = whole(exchange, "limit", 50);
        var status = exchange.query("status");
        status.filter(word -> !isStatus(word)).ifPresent(word -> {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE,
                    "status",
                    "status is none of queued, running, done, failed, cancelled");
        });
        var before = exchange.query("before");
        var jobs = queue.all().stream()
                .dropWhile(job -> before.isPresent() && !job.id().equals(before.get()))
                .skip(before.isPresent() ? 1 : 0)
                .filter(job -> status.isEmpty() || job.status().word().equals(status.get()))
                .limit(limit)
                .map(queue::toJson)
                .toList();
        exchange.answer(200, Map.of("jobs", jobs));
    }

    private static boolean isStatus(String word) {
        return java.util.Arrays.stream(Job.Status.values())
                .anyMatch(status -> status.word().equals(word));
    }

    private static int whole(Exchange exchange, String name, int absent) {
        var given = exchange.query(name);
        if (given.filter(each -> !each.matches("\\d{1,4}")).isPresent()) {
            throw new Refusal(Refusal.Reason.INVALID_VALUE, name, name + " is no whole number of 0 to " + MOST_LISTED);
        }
        return Math.min(MOST_LISTED, given.map(Integer::parseInt).orElse(absent));
    }

    private Job job(Exchange exchange) {
        return queue.find(exchange.variable("id"))
                .orElseThrow(() -> new Refusal(Refusal.Reason.NOT_FOUND, "there is no job of this id"));
    }

    private void delete(Exchange exchange) {
        var job = job(exchange);
        if (job.status().isOver()) {
            queue.delete(job);
        } else {
            queue.cancel(job);
        }
        exchange.answer(204);
    }

    private void move(Exchange exchange) {
        var fields = new BodyFields(exchange.json());
        int position = fields.whole("position", 0, MOST_LISTED)
                .orElseThrow(() -> new Refusal(Refusal.Reason.MISSING, "position", "position is missing"));
        fields.requireKnown();
        var job = job(exchange);
        queue.move(job, position);
        exchange.answer(200, queue.toJson(job));
    }

    private void events(Exchange exchange) throws InterruptedException {
        var job = job(exchange);
        follow(exchange, job.events(), 0, () -> job.status().isOver());
    }

    /** Changes of all jobs from now on; who reads the list first and follows then misses nothing. */
    private void all(Exchange exchange) throws InterruptedException {
        follow(exchange, queue.hub(), queue.hub().last(), queue::isStopping);
    }

    private static void follow(Exchange exchange, EventLog log, long from, BooleanSupplier over)
            throws InterruptedException {
        long last = exchange.header("Last-Event-ID")
                .filter(id -> id.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElse(from);
        try (var stream = new EventStream(exchange)) {
            stream.retry(RETRY_MILLIS);
            while (true) {
                boolean ends = over.getAsBoolean();
                List<EventLog.Event> events = log.after(
                        last, ends ? java.time.Duration.ZERO : exchange.limits().heartbeat());
                for (var event : events) {
                    stream.send(event.id(), event.name(), event.data());
                    last = event.id();
                }
                if (ends) {
                    return;
                }
                if (events.isEmpty()) {
                    stream.comment();
                }
            }
        }
    }

    private void preview(Exchange exchange) {
        var image = job(exchange)
                .preview()
                .orElseThrow(() -> new Refusal(Refusal.Reason.NOT_FOUND, "there is no preview of this job yet"));
        exchange.answer(200, "image/jpeg", Pictures.bytes(image, Format.jpeg(PREVIEW_QUALITY)));
    }

    private void picture(Exchange exchange) {
        var job = job(exchange);
        var name = PICTURE.matcher(exchange.variable("name"));
        if (!name.matches()) {
            throw new Refusal(Refusal.Reason.NOT_FOUND, "a picture is named NUMBER.png, NUMBER.jpg or NUMBER.dzi");
        }
        int number = Integer.parseInt(name.group(1));
        if (name.group(2).equals("dzi")) {
            tiles.description(exchange, job, number);
            return;
        }
        var file = queue.folder().picture(job.id(), number);
        if (!Files.isRegularFile(file)) {
            throw new Refusal(Refusal.Reason.NOT_FOUND, "there is no such picture of this job");
        }
        if (name.group(2).equals("png")) {
            FileAnswer.send(exchange, file, "image/png", job.id() + "-" + name.group());
        } else {
            jpeg(exchange, file, job.id() + "-" + name.group());
        }
    }

    /** A rectangle of a finished picture is painted anew, as another job. */
    private void region(Exchange exchange) {
        var job = job(exchange);
        var number = exchange.variable("name");
        var file = number.matches("[1-9]\\d{0,3}")
                ? queue.folder().picture(job.id(), Integer.parseInt(number))
                : queue.folder().picture(job.id(), 0);
        if (!Files.isRegularFile(file)) {
            throw new Refusal(Refusal.Reason.NOT_FOUND, "there is no such picture of this job");
        }
        var wish = RegionWish.of(new BodyFields(exchange.json()), job, exchange.limits());
        var inputs = Map.of(RegionWish.START, Input.of(RegionWish.START, file));
        submitted(exchange, Retries.job(exchange, queue, source -> queue.submit(wish, inputs, source, 0)));
    }

    private void submitted(Exchange exchange, Job job) {
        exchange.header("Location", JOBS + "/" + job.id());
        exchange.answer(202, queue.toJson(job));
    }

    private static void jpeg(Exchange exchange, Path file, String name) {
        int quality = whole(exchange, "quality", QUALITY);
        var format = Format.jpeg(quality);
        exchange.header("Content-Disposition", "inline; filename=\"" + name + "\"");
        exchange.answer(200, format.mediaType(), out -> Pictures.write(file, format, out));
    }
}
