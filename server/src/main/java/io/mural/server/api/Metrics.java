package io.mural.server.api;

import io.mural.Progress;
import io.mural.server.jobs.Job;
import io.mural.server.jobs.Queue;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Figures of the server in Prometheus' text format. */
public final class Metrics {
    /** The media type of {@link #text}. */
    public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter jobs = Counter.builder()
            .name("mural_jobs_total")
            .help("Jobs that are over.")
            .labelNames("status")
            .register(registry);
    private final Histogram wait = Histogram.builder()
            .name("mural_job_wait_seconds")
            .help("From a job's arrival to its beginning.")
            .classicOnly()
            .classicUpperBounds(0.1, 1, 10, 60, 600, 3600)
            .register(registry);
    private final Summary stages = Summary.builder()
            .name("mural_job_seconds")
            .help("Time in stages of pictures.")
            .labelNames("stage")
            .register(registry);
    private final Histogram steps = Histogram.builder()
            .name("mural_step_seconds")
            .help("Time of a denoising step.")
            .labelNames("model")
            .classicOnly()
            .classicUpperBounds(0.01, 0.1, 1, 10, 60, 600)
            .register(registry);
    private final Counter pixels = Counter.builder()
            .name("mural_pixels_total")
            .help("Pixels of finished pictures.")
            .register(registry);
    private final Gauge memory = Gauge.builder()
            .name("mural_memory_peak_bytes")
            .help("The most memory that a job was planned to take beside the weights, the process's own included.")
            .register(registry);
    private final Counter weights = Counter.builder()
            .name("mural_weights_read_bytes_total")
            .help("Bytes of weights that did not stay in memory and were read again, as planned.")
            .register(registry);
    private final Counter requests = Counter.builder()
            .name("mural_http_requests_total")
            .help("Answers by route and status.")
            .labelNames("route", "code")
            .register(registry);
    private final Summary seconds = Summary.builder()
            .name("mural_http_seconds")
            .help("Time to the end of an answer.")
            .labelNames("route")
            .register(registry);

    /** Where a job is, to time its stages. */
    private record Since(String stage, long nanos) {}

    private final Map<String, Since> since = new ConcurrentHashMap<>();

    /** Begins to count what only the queue knows. */
    public void watch(Queue queue) {
        GaugeWithCallback.builder()
                .name("mural_jobs_queued")
                .help("Jobs that wait.")
                .callback(gauge -> gauge.call(queue.queued().size()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("mural_model_open")
                .help("1 for the model that is open.")
                .labelNames("model")
                .callback(gauge -> queue.models()
                        .catalog()
                        .models()
                        .forEach(name -> gauge.call(
                                queue.models().loaded().filter(name::equals).isPresent() ? 1 : 0, name)))
                .register(registry);
    }

    /** @param route the pattern, never the path */
    public void answered(String route, int status, double time) {
        requests.labelValues(route, Integer.toString(status)).inc();
        seconds.labelValues(route).observe(time);
    }

    /** What happened to a job's picture. */
    public void event(Job job, Progress event) {
        switch (event) {
            case Progress.Begun _ -> {
                if (job.done() == 0) {
                    wait.observe(Duration.between(job.created(), Instant.now()).toMillis() / 1e3);
                }
                memory.set(Math.max(memory.get(), job.figures().memoryBytes()));
            }
            case Progress.StageBegun stage -> stage(job, stage.stage().name().toLowerCase(java.util.Locale.ROOT));
            case Progress.Step step -> {
                if (step.stage().name().equals("DENOISE")) {
                    steps.labelValues(job.wish().model()).observe(step.secondsPerStep());
                    weights.inc(job.figures().streamedBytes());
                }
            }
            case Progress.Done _ -> {
                stage(job, "");
                pixels.inc((double) job.figures().width() * job.figures().height());
            }
            default -> {}
        }
    }

    private void stage(Job job, String next) {
        long now = System.nanoTime();
        var before = next.isEmpty() ? since.remove(job.id()) : since.put(job.id(), new Since(next, now));
        if (before != null) {
            stages.labelValues(before.stage()).observe((now - before.nanos()) / 1e9);
        }
    }

    public void ended(Job job) {
        since.remove(job.id());
        jobs.labelValues(job.status().word()).inc();
    }

    byte[] text() {
        var out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.builder()
                    .setIncludeCreatedTimestamps(false)
                    .build()
                    .write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
