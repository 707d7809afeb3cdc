package io.mural.server.openai;

import io.mural.Format;
import io.mural.Input;
import io.mural.server.http.BodyFields;
import io.mural.server.http.Errors;
import io.mural.server.http.Exchange;
import io.mural.server.http.Form;
import io.mural.server.http.Guard;
import io.mural.server.http.JsonText;
import io.mural.server.http.LateAnswer;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.server.http.Routes;
import io.mural.server.jobs.Catalog;
import io.mural.server.jobs.Job;
import io.mural.server.jobs.Links;
import io.mural.server.jobs.Models;
import io.mural.server.jobs.Pictures;
import io.mural.server.jobs.Queue;
import io.mural.server.jobs.Retries;
import io.mural.server.jobs.Wish;
import io.mural.server.jobs.Wished;
import io.mural.weights.text.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The image routes of OpenAI's API, as its clients use them. */
public final class OpenAi {
    private final Queue queue;
    private final Links links;
    private final Guard guard;
    private final long started = Instant.now().getEpochSecond();

    /** @param guard draws the names of links */
    public OpenAi(Queue queue, Links links, Guard guard) {
        this.queue = queue;
        this.links = links;
        this.guard = guard;
    }

    public void addTo(Routes routes) {
        routes.add("POST", "/v1/images/generations", this::generations)
                .add("POST", "/v1/images/edits", this::edits)
                .add("GET", "/v1/models", this::models)
                .add("GET", "/v1/models/{id}", this::model);
    }

    private void generations(Exchange exchange) throws InterruptedException {
        var fields = new BodyFields(exchange.json());
        var catalog = queue.models().catalog();
        var model = Asked.model(fields.text("model"), catalog);
        answer(
                exchange,
                fields,
                Asked.of(fields, Wish.of(model), exchange.limits(), true),
                Map.of(),
                "image_generation");
    }

    /** What a body of generations asks for. */
    public static Wished generation(JsonObject body, Catalog catalog, Limits limits) {
        var fields = new BodyFields(body);
        var wish = Wish.of(Asked.model(fields.text("model"), catalog));
        return new Wished(Asked.of(fields, wish, limits, true).wish(), Map.of());
    }

    /** What a body of edits asks for, as JSON. */
    public static Wished edit(JsonObject body, Catalog catalog, Models.About about, Limits limits) {
        return asked(Edit.of(body), catalog, about, limits);
    }

    /** What a body of edits asks for, as a form. */
    public static Wished edit(Form body, Catalog catalog, Models.About about, Limits limits) {
        return asked(Edit.of(body), catalog, about, limits);
    }

    private static Wished asked(Edit edit, Catalog catalog, Models.About about, Limits limits) {
        var builder = Wish.of(Asked.model(edit.fields().text("model"), catalog));
        var inputs = edit.place(builder, about, limits);
        edit.requireOwnSize();
        return new Wished(
                Asked.of(edit.fields(), builder, limits, edit.mask().isEmpty()).wish(), inputs);
    }

    private void edits(Exchange exchange) throws InterruptedException {
        var edit = Edit.read(exchange);
        var model = Asked.model(edit.fields().text("model"), queue.models().catalog());
        var builder = Wish.of(model);
        var inputs = edit.place(builder, queue.models().about(model), exchange.limits());
        edit.requireOwnSize();
        var asked =
                Asked.of(edit.fields(), builder, exchange.limits(), edit.mask().isEmpty());
        answer(exchange, edit.fields(), asked, inputs, "image_edit");
    }

    private void answer(Exchange exchange, BodyFields fields, Asked asked, Map<String, Input> inputs, String event)
            throws InterruptedException {
        var job = Retries.job(exchange, queue, source -> queue.submit(asked.wish(), inputs, source, asked.partials()));
        exchange.header("Mural-Job", job.id());
        exchange.header("Mural-Model", job.wish().model());
        fields.tellIgnored(exchange);
        job.join();
        try {
            if (asked.stream()) {
                new Stream(queue, job, asked, event).send(exchange);
            } else {
                LateAnswer.send(
                        exchange,
                        Errors.OPENAI,
                        rhythm -> job.await(rhythm) ? Optional.of(document(exchange, asked, job)) : Optional.empty());
            }
        } finally {
            job.leave();
            queue.abandoned(job);
        }
    }

    private Object document(Exchange exchange, Asked asked, Job job) {
        requireDone(job);
        List<Map<String, Object>> data = new ArrayList<>();
        for (int number = 1; number <= job.wish().count(); number++) {
            Map<String, Object> picture = new LinkedHashMap<>();
            var png = queue.folder().picture(job.id(), number);
            if (asked.link()) {
                var name = guard.randomName() + (asked.format() instanceof Format.Png ? ".png" : ".jpg");
                links.add(name, png, asked.format());
                picture.put("url", exchange.origin() + "/files/" + name);
            } else {
                picture.put("b64_json", (JsonText.Binary) out -> Pictures.write(png, asked.format(), out));
            }
            picture.put("seed", job.wish().seed().orElseThrow() + number - 1);
            data.add(picture);
        }
        var document = head(job, asked.format(), "created");
        document.put("data", data);
        document.put("usage", usage(job, job.wish().count()));
        return document;
    }

    /** Fails as the job did. */
    static void requireDone(Job job) {
        switch (job.status()) {
            case DONE -> {}
            case CANCELLED -> throw new Refusal(Refusal.Reason.FAILED, "the job was cancelled");
            case FAILED -> {
                var failure = job.failure().orElseThrow();
                throw new Refusal(Refusal.Reason.FAILED, failure.param().orElse(null), failure.message());
            }
            case QUEUED, RUNNING -> throw new IllegalStateException("the job is not over");
        }
    }

    /** @param created name of the field for the time */
    static Map<String, Object> head(Job job, Format format, String created) {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put(created, job.created().getEpochSecond());
        head.put("background", "opaque");
        head.put("output_format", format instanceof Format.Png ? "png" : "jpeg");
        head.put("quality", "high");
        head.put("size", job.figures().width() + "x" + job.figures().height());
        return head;
    }

    static Map<String, Object> usage(Job job, int pictures) {
        var tokens = job.figures().tokens();
        long input = (long) tokens.prompt() + tokens.references();
        long output = (long) tokens.picture() * pictures;
        Map<String, Object> usage = new LinkedHashMap<>();
        usage.put("total_tokens", input + output);
        usage.put("input_tokens", input);
        usage.put("output_tokens", output);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("text_tokens", tokens.prompt());
        details.put("image_tokens", tokens.references());
        usage.put("input_tokens_details", details);
        return usage;
    }

    private void models(Exchange exchange) {
        List<Object> data = new ArrayList<>();
        queue.models().catalog().models().forEach(name -> data.add(modelJson(name)));
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("object", "list");
        list.put("data", data);
        exchange.answer(200, list);
    }

    private void model(Exchange exchange) {
        var name = exchange.variable("id");
        if (!queue.models().catalog().has(name)) {
            throw new Refusal(Refusal.Reason.NO_MODEL, "model", "there is no model of this name here");
        }
        exchange.answer(200, modelJson(name));
    }

    private Map<String, Object> modelJson(String name) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", name);
        json.put("object", "model");
        json.put("created", started);
        json.put("owned_by", "local");
        json.put("mural", queue.models().toJson(name));
        return json;
    }
}
