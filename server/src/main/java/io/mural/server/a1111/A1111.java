package io.mural.server.a1111;

import io.mural.Format;
import io.mural.engine.text.Version;
import io.mural.model.image.PngFile;
import io.mural.server.http.BodyFields;
import io.mural.server.http.Exchange;
import io.mural.server.http.JsonText;
import io.mural.server.http.LateAnswer;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.server.http.Routes;
import io.mural.server.jobs.Catalog;
import io.mural.server.jobs.Job;
import io.mural.server.jobs.Models;
import io.mural.server.jobs.Pictures;
import io.mural.server.jobs.Queue;
import io.mural.server.jobs.Retries;
import io.mural.server.jobs.Wished;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The routes of AUTOMATIC1111's web UI that make pictures and show how far they are. */
public final class A1111 {
    static final String ROOT = "/sdapi/v1";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    private final Queue queue;
    private final Chosen chosen;

    public A1111(Queue queue) {
        this.queue = queue;
        chosen = new Chosen(queue.models().catalog());
    }

    public void addTo(Routes routes) {
        routes.add("POST", ROOT + "/txt2img", exchange -> make(exchange, false))
                .add("POST", ROOT + "/img2img", exchange -> make(exchange, true))
                .add("GET", ROOT + "/progress", this::progress)
                .add("POST", ROOT + "/interrupt", this::interrupt)
                .add("POST", ROOT + "/skip", this::interrupt);
        new Lists(queue, chosen).addTo(routes);
    }

    /** What a body of {@code txt2img}, or of {@code img2img}, asks for. */
    public static Wished asked(JsonObject body, Catalog catalog, Models.About about, Limits limits, boolean images) {
        var fields = new BodyFields(body);
        var asked = Asked.of(fields, new Chosen(catalog).of(fields), about, limits, images);
        return new Wished(asked.wish(), asked.inputs());
    }

    private void make(Exchange exchange, boolean images) throws InterruptedException {
        var fields = new BodyFields(exchange.json());
        var model = chosen.of(fields);
        var asked = Asked.of(fields, model, queue.models().about(model), exchange.limits(), images);
        var job = Retries.job(exchange, queue, source -> queue.submit(asked.wish(), asked.inputs(), source, 0));
        exchange.header("Mural-Job", job.id());
        fields.tellIgnored(exchange);
        job.join();
        try {
            LateAnswer.send(
                    exchange,
                    Detail.ERRORS,
                    rhythm -> job.await(rhythm) ? Optional.of(document(fields, asked, job)) : Optional.empty());
        } finally {
            job.leave();
            queue.abandoned(job);
        }
    }

    private Map<String, Object> document(BodyFields fields, Asked asked, Job job) {
        if (job.status() == Job.Status.FAILED) {
            throw new Refusal(Refusal.Reason.FAILED, job.failure().orElseThrow().message());
        }
        List<Object> images = new ArrayList<>();
        for (int number = 1; number <= job.done() && asked.sendImages(); number++) {
            var png = queue.folder().picture(job.id(), number);
            images.add((JsonText.Binary) out -> Pictures.write(png, Format.png(), out));
        }
        if (job.status() == Job.Status.CANCELLED && asked.sendImages()) {
            // An interrupted picture is answered by what could be seen of it.
            job.preview()
                    .ifPresent(preview ->
                            images.add((JsonText.Binary) out -> out.write(Pictures.bytes(preview, Format.png()))));
        }
        Map<String, Object> parameters = new LinkedHashMap<>(fields.json().asMap());
        parameters.remove("init_images");
        parameters.remove("mask");
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("images", images);
        document.put("parameters", parameters);
        document.put("info", Json.write(info(asked, job)));
        return document;
    }

    private Map<String, Object> info(Asked asked, Job job) {
        int count = Math.max(1, job.done());
        var prompt = asked.wish().prompt().orElse("");
        var negative = String.valueOf(asked.wish().fields().getOrDefault("negative", ""));
        long seed = job.wish().seed().orElseThrow();
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("prompt", prompt);
        info.put("all_prompts", java.util.Collections.nCopies(count, prompt));
        info.put("negative_prompt", negative);
        info.put("all_negative_prompts", java.util.Collections.nCopies(count, negative));
        info.put("seed", seed);
        info.put(
                "all_seeds",
                java.util.stream.LongStream.range(seed, seed + count).boxed().toList());
        info.put("subseed", 0);
        info.put("all_subseeds", java.util.Collections.nCopies(count, 0));
        info.put("width", job.figures().width());
        info.put("height", job.figures().height());
        info.put("sampler_name", "Euler");
        info.put("cfg_scale", asked.cfg());
        info.put("steps", job.figures().steps());
        info.put("batch_size", count);
        info.put("denoising_strength", asked.wish().fields().get("strength"));
        info.put("sd_model_name", job.wish().model());
        info.put("sd_model_hash", null);
        info.put("index_of_first_image", 0);
        info.put("infotexts", infotexts(job));
        info.put("job_timestamp", STAMP.format(job.created()));
        info.put("version", "mural " + Version.text());
        return info;
    }

    private List<String> infotexts(Job job) {
        List<String> texts = new ArrayList<>();
        for (int number = 1; number <= job.done(); number++) {
            texts.add(PngFile.texts(queue.folder().picture(job.id(), number)).getOrDefault("parameters", ""));
        }
        return texts;
    }

    /** The job that clients of this API ask about: theirs if one is at work, else whichever is. */
    private Optional<Job> running() {
        return queue.running().filter(job -> job.source().route().startsWith(ROOT));
    }

    private void progress(Exchange exchange) {
        var running = running();
        boolean skip = exchange.query("skip_current_image")
                .filter(value -> value.equalsIgnoreCase("true") || value.equals("1"))
                .isPresent();
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("skipped", false);
        state.put("interrupted", false);
        state.put("stopping_generation", false);
        state.put("job", running.map(A1111::name).orElse(""));
        state.put("job_count", running.map(job -> job.wish().count()).orElse(0));
        state.put(
                "job_timestamp", running.map(job -> STAMP.format(job.created())).orElse("0"));
        state.put("job_no", running.map(Job::done).orElse(0));
        var progress = running.map(Job::progress);
        boolean denoising =
                progress.filter(each -> "denoise".equals(each.get("stage"))).isPresent();
        state.put("sampling_step", denoising ? progress.get().get("step") : 0);
        state.put("sampling_steps", running.map(job -> job.figures().steps()).orElse(0));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("progress", running.map(Job::fraction).orElse(0.0));
        answer.put("eta_relative", running.map(Job::secondsLeft).orElse(0.0));
        answer.put("state", state);
        answer.put(
                "current_image",
                running.filter(job -> !skip)
                        .flatMap(Job::preview)
                        .map(image -> (JsonText.Binary) out -> out.write(Pictures.bytes(image, Format.png())))
                        .orElse(null));
        answer.put("textinfo", null);
        exchange.answer(200, answer);
    }

    private static String name(Job job) {
        return job.source().route().substring(ROOT.length() + 1);
    }

    private void interrupt(Exchange exchange) {
        running().ifPresent(queue::cancel);
        exchange.answer(200, Map.of());
    }
}
