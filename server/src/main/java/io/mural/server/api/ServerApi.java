package io.mural.server.api;

import io.mural.engine.device.Devices;
import io.mural.engine.text.Version;
import io.mural.server.http.BodyFields;
import io.mural.server.http.Exchange;
import io.mural.server.http.FileAnswer;
import io.mural.server.http.Guard;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.server.http.Routes;
import io.mural.server.jobs.Links;
import io.mural.server.jobs.Pictures;
import io.mural.server.jobs.Queue;
import io.mural.tensor.Backend.Availability;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the server is and has: health, limits, devices, models, sessions, links. */
public final class ServerApi {
    private final Queue queue;
    private final Guard guard;
    private final Links links;
    private final Metrics metrics;

    public ServerApi(Queue queue, Guard guard, Links links, Metrics metrics) {
        this.queue = queue;
        this.guard = guard;
        this.links = links;
        this.metrics = metrics;
    }

    public void addTo(Routes routes) {
        routes.addFree("GET", "/health", exchange -> exchange.answer(200, Map.of("status", "ok")))
                .addFree("GET", "/health/ready", this::ready)
                .addFree("POST", "/mural/v1/session", this::session)
                .addFree("GET", "/files/{name}", this::link)
                .add("GET", "/metrics", this::metrics)
                .add("GET", "/mural/v1/info", this::info)
                .add("GET", "/mural/v1/models", this::models)
                .add("POST", "/mural/v1/models/{id}/load", this::load)
                .add("POST", "/mural/v1/models/{id}/unload", this::unload);
    }

    private void ready(Exchange exchange) {
        if (queue.isStopping()) {
            throw Refusal.later(Refusal.Reason.STOPPING, "the server is stopping", 10);
        }
        exchange.answer(200, Map.of("status", "ok"));
    }

    private void session(Exchange exchange) {
        var fields = new BodyFields(exchange.json());
        var token = fields.required("token");
        fields.requireKnown();
        exchange.header("Set-Cookie", guard.session(token));
        exchange.answer(204);
    }

    private void link(Exchange exchange) {
        var name = exchange.variable("name");
        var link = links.find(name)
                .filter(each -> java.nio.file.Files.isRegularFile(each.png()))
                .orElseThrow(() -> new Refusal(Refusal.Reason.NOT_FOUND, "there is no such picture, or not any more"));
        switch (link.format()) {
            case io.mural.Format.Png _ -> FileAnswer.send(exchange, link.png(), "image/png", name);
            case io.mural.Format.Jpeg jpeg ->
                exchange.answer(200, jpeg.mediaType(), out -> Pictures.write(link.png(), jpeg, out));
        }
    }

    private void metrics(Exchange exchange) {
        exchange.answer(200, Metrics.TYPE, metrics.text());
    }

    private void info(Exchange exchange) {
        var models = queue.models();
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("version", Version.text());
        info.put("commit", Version.commit());
        info.put("device", models.device().name());
        info.put("threads", models.device().threads());
        info.put("devices", devices());
        info.put("memory_bytes", models.memory());
        info.put("token", guard.asksForToken());
        info.put("limits", limits(exchange.limits()));
        info.put("formats", List.of("png", "jpeg"));
        info.put("default_model", models.catalog().usual());
        info.put("models", list());
        info.put("loras", models.catalog().loras());
        exchange.answer(200, info);
    }

    private static List<Object> devices() {
        List<Object> devices = new ArrayList<>();
        for (var backend : Devices.backends()) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("backend", backend.name());
            switch (backend.availability()) {
                case Availability.Available available ->
                    json.put(
                            "devices",
                            available.devices().stream()
                                    .map(each -> each.name())
                                    .toList());
                case Availability.Absent absent -> json.put("reason", absent.reason());
            }
            devices.add(json);
        }
        return devices;
    }

    private Map<String, Object> limits(Limits limits) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("header_bytes", limits.headerBytes());
        json.put("json_bytes", limits.jsonBytes());
        json.put("form_bytes", limits.formBytes());
        json.put("form_parts", limits.formParts());
        json.put("part_bytes", limits.partBytes());
        json.put("prompt_characters", limits.promptCharacters());
        json.put("n", limits.pictures());
        json.put("steps", limits.steps());
        json.put("references", limits.references());
        json.put("queue", queue.most());
        json.put("connections", limits.connections());
        json.put("idle_seconds", limits.idle().toSeconds());
        json.put("upload_bytes_per_second", limits.uploadBytesPerSecond());
        json.put("decoded_pixels", limits.decodedPixels());
        json.put("max_size", queue.models().largest().map(Object::toString).orElse(null));
        return json;
    }

    private List<Object> list() {
        List<Object> list = new ArrayList<>();
        for (var name : queue.models().catalog().models()) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("id", name);
            json.putAll(queue.models().toJson(name));
            list.add(json);
        }
        return list;
    }

    private void models(Exchange exchange) {
        exchange.answer(200, Map.of("models", list()));
    }

    private void load(Exchange exchange) {
        queue.load(queue.models().catalog().require(exchange.variable("id")));
        exchange.answer(200, Map.of("status", "ok"));
    }

    private void unload(Exchange exchange) {
        var name = queue.models().catalog().require(exchange.variable("id"));
        if (queue.models().loaded().filter(name::equals).isPresent()) {
            queue.unload();
        }
        exchange.answer(200, Map.of("status", "ok"));
    }
}
