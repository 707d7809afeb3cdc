package io.mural.server;

import io.mural.Progress;
import io.mural.server.a1111.A1111;
import io.mural.server.a1111.Detail;
import io.mural.server.api.JobsApi;
import io.mural.server.api.Metrics;
import io.mural.server.api.ServerApi;
import io.mural.server.api.Tiles;
import io.mural.server.http.Guard;
import io.mural.server.http.HttpServer;
import io.mural.server.http.Routes;
import io.mural.server.http.Site;
import io.mural.server.jobs.Job;
import io.mural.server.jobs.JobFolder;
import io.mural.server.jobs.Links;
import io.mural.server.jobs.Models;
import io.mural.server.jobs.Queue;
import io.mural.server.openai.OpenAi;
import io.mural.server.studio.Studio;
import java.time.Duration;
import java.util.Map;

/** A running server: models, a queue of jobs on disk, the APIs and the page. */
public final class MuralServer implements AutoCloseable {
    private final Settings settings;
    private final Queue queue;
    private final HttpServer http;

    /**
     * Opens everything and begins to listen.
     *
     * @param log told what happens
     */
    public MuralServer(Settings settings, Log log) {
        this.settings = settings;
        var metrics = new Metrics();
        var models = new Models(settings.catalog(), settings.device(), settings.memory(), settings.largest());
        models.about(settings.catalog().usual()); // a model that cannot be opened is told now, not to the first client
        var folder = new JobFolder(settings.output().resolve("jobs"));
        queue = new Queue(
                models, folder, settings.limits(), settings.queue(), settings.keepAlive(), hearer(metrics, log));
        metrics.watch(queue);
        var guard = new Guard(settings.hosts(), settings.origins(), settings.token());
        var links = new Links();
        var routes = new Routes();
        new OpenAi(queue, links, guard).addTo(routes);
        new A1111(queue).addTo(routes);
        var tiles = new Tiles(queue);
        tiles.addTo(routes);
        new JobsApi(queue, tiles).addTo(routes);
        new Studio().addTo(routes);
        new ServerApi(queue, guard, links, metrics).addTo(routes);
        http = new HttpServer(
                settings.host(),
                settings.port(),
                new Site(
                        settings.limits(),
                        guard,
                        routes,
                        Map.of("/sdapi/", Detail.ERRORS),
                        metrics::answered,
                        queue::hide,
                        log::failed));
        try {
            http.start();
        } catch (RuntimeException e) {
            queue.close();
            throw e;
        }
    }

    private Queue.Hearer hearer(Metrics metrics, Log log) {
        return new Queue.Hearer() {
            @Override
            public void submitted(Job job) {
                log.submitted(job, settings.logPrompts());
            }

            @Override
            public void event(Job job, Progress event) {
                metrics.event(job, event);
            }

            @Override
            public void ended(Job job) {
                metrics.ended(job);
                log.ended(job);
            }

            @Override
            public void failed(Throwable failure) {
                log.failed(failure);
            }

            @Override
            public void line(String text) {
                log.line(text);
            }
        };
    }

    /** The address to open, such as {@code http://127.0.0.1:7860}. */
    public String address() {
        var host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
        return "http://" + host + ":" + http.port();
    }

    /** Takes no more jobs, gives the running one its grace, and stops; what is queued goes on at the next start. */
    @Override
    public void close() {
        stop(settings.grace());
    }

    private void stop(Duration grace) {
        try {
            queue.stop(grace);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
