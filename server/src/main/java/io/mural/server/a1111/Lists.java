package io.mural.server.a1111;

import io.mural.model.image.PngFile;
import io.mural.server.http.BodyFields;
import io.mural.server.http.Exchange;
import io.mural.server.http.Refusal;
import io.mural.server.http.Routes;
import io.mural.server.jobs.Queue;
import io.mural.server.jobs.Uploads;
import io.mural.tensor.InputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What clients of AUTOMATIC1111's web UI ask for before they make pictures: models, samplers, options. */
final class Lists {
    private final Queue queue;
    private final Chosen chosen;

    Lists(Queue queue, Chosen chosen) {
        this.queue = queue;
        this.chosen = chosen;
    }

    void addTo(Routes routes) {
        get(routes, "/options", this::options);
        get(routes, "/sd-models", this::models);
        get(
                routes,
                "/samplers",
                exchange -> exchange.answer(
                        200,
                        List.of(named("name", "Euler", "aliases", List.of("euler", "k_euler"), "options", Map.of()))));
        get(
                routes,
                "/schedulers",
                exchange -> exchange.answer(
                        200,
                        List.of(named(
                                "name",
                                "simple",
                                "label",
                                "Simple",
                                "aliases",
                                null,
                                "default_rho",
                                -1.0,
                                "need_inner_model",
                                false))));
        get(routes, "/loras", this::loras);
        get(routes, "/upscalers", exchange -> exchange.answer(200, List.of(upscaler("None"), upscaler("Lanczos"))));
        get(
                routes,
                "/latent-upscale-modes",
                exchange ->
                        exchange.answer(200, List.of(Map.of("name", "Latent"), Map.of("name", "Latent (bicubic)"))));
        for (var empty : List.of("/sd-vae", "/sd-modules", "/hypernetworks", "/face-restorers", "/prompt-styles")) {
            get(routes, empty, exchange -> exchange.answer(200, List.of()));
        }
        get(routes, "/embeddings", exchange -> exchange.answer(200, named("loaded", Map.of(), "skipped", Map.of())));
        get(routes, "/scripts", exchange -> exchange.answer(200, named("txt2img", List.of(), "img2img", List.of())));
        get(routes, "/cmd-flags", exchange -> exchange.answer(200, Map.of()));
        routes.add("POST", A1111.ROOT + "/options", this::change)
                .add("POST", A1111.ROOT + "/png-info", this::pngInfo)
                .add("POST", A1111.ROOT + "/unload-checkpoint", this::unload)
                .add("POST", A1111.ROOT + "/reload-checkpoint", this::reload)
                .add("POST", A1111.ROOT + "/refresh-checkpoints", exchange -> exchange.answer(200, null))
                .add("POST", A1111.ROOT + "/refresh-loras", exchange -> exchange.answer(200, null));
    }

    private static void get(Routes routes, String path, Routes.Action action) {
        routes.add("GET", A1111.ROOT + path, action);
    }

    private static Map<String, Object> named(Object... keysAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return object;
    }

    private static Map<String, Object> upscaler(String name) {
        return named("name", name, "model_name", null, "model_path", null, "model_url", null, "scale", 4);
    }

    private void options(Exchange exchange) {
        exchange.answer(
                200,
                named(
                        "sd_model_checkpoint",
                        chosen.model(),
                        "samples_format",
                        "png",
                        "CLIP_stop_at_last_layers",
                        1,
                        "sd_vae",
                        "Automatic",
                        "show_progress_every_n_steps",
                        1));
    }

    private void change(Exchange exchange) {
        chosen.set(exchange.json());
        exchange.answer(200, null);
    }

    private void models(Exchange exchange) {
        exchange.answer(
                200,
                queue.models().catalog().models().stream()
                        .map(name -> named(
                                "title",
                                name,
                                "model_name",
                                name,
                                "hash",
                                null,
                                "sha256",
                                null,
                                "filename",
                                name,
                                "config",
                                null))
                        .toList());
    }

    private void loras(Exchange exchange) {
        exchange.answer(
                200,
                queue.models().catalog().loras().stream()
                        .map(name ->
                                named("name", name, "alias", name, "path", name + ".safetensors", "metadata", Map.of()))
                        .toList());
    }

    private void pngInfo(Exchange exchange) {
        var fields = new BodyFields(exchange.json());
        var bytes = Uploads.base64OrDataUrl("image", fields.required("image"));
        Map<String, String> texts;
        try {
            texts = PngFile.texts("image", bytes);
        } catch (InputException e) {
            throw new Refusal(Refusal.Reason.INVALID_IMAGE, "image", e.getMessage());
        }
        var text = texts.getOrDefault("parameters", "");
        exchange.answer(200, named("info", text, "items", texts, "parameters", ParametersLine.of(text)));
    }

    private void unload(Exchange exchange) {
        queue.unload();
        exchange.answer(200, Map.of());
    }

    private void reload(Exchange exchange) {
        queue.load(chosen.model());
        exchange.answer(200, Map.of());
    }
}
