package io.mural.server;

import io.mural.engine.device.DeviceChoice;
import io.mural.engine.device.Memory;
import io.mural.server.http.Limits;
import io.mural.server.jobs.Catalog;
import io.mural.server.jobs.Job;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server with the embedded model on a free port, and a client for it. */
public final class Running implements AutoCloseable {
    public static final Path NANO = Path.of("../models/mural-nano");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    final MuralServer server;
    final List<String> log = new CopyOnWriteArrayList<>();

    private Running(Settings settings) {
        server = new MuralServer(settings, new Log() {
            @Override
            public void submitted(Job job, boolean prompts) {
                log.add("queued " + job.id());
            }

            @Override
            public void ended(Job job) {
                log.add(job.status().word() + " " + job.id());
            }

            @Override
            public void failed(Throwable failure) {
                log.add("fault " + failure);
                failure.printStackTrace();
            }

            @Override
            public void line(String text) {
                log.add(text);
            }
        });
    }

    public static Running open(Path output) {
        return open(output, Optional.empty(), 32, Limits.usual());
    }

    public static Running open(Path output, Optional<String> token, int queue, Limits limits) {
        return open(output, token, queue, limits, Duration.ZERO);
    }

    /** @param grace for the running job when the server is closed */
    public static Running open(Path output, Optional<String> token, int queue, Limits limits, Duration grace) {
        return open(output, token, queue, limits, grace, List.of());
    }

    /** @param models the embedded one where there are none */
    public static Running open(Path output, List<Path> models) {
        return open(output, Optional.empty(), 32, Limits.usual(), Duration.ZERO, models);
    }

    private static Running open(
            Path output, Optional<String> token, int queue, Limits limits, Duration grace, List<Path> models) {
        return new Running(new Settings(
                "127.0.0.1",
                0,
                token,
                List.of("https://friend.example"),
                List.of("pictures.example"),
                new Catalog(models, Optional.empty(), Optional.empty(), Optional.of(NANO), Optional.empty()),
                DeviceChoice.of("cpu", 2, Optional.empty(), Optional.empty(), false),
                Memory.budget(),
                output,
                queue,
                Duration.ofMinutes(1),
                Optional.of(new io.mural.Size(4096, 4096)),
                grace,
                limits,
                false));
    }

    /** Such as {@code http://127.0.0.1:12345}. */
    public String address() {
        return server.address();
    }

    URI uri(String path) {
        return URI.create(server.address() + path);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofMinutes(5));
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return CLIENT.send(request, BodyHandlers.ofString());
    }

    public HttpResponse<byte[]> bytes(String path) throws IOException, InterruptedException {
        return CLIENT.send(request(path).build(), BodyHandlers.ofByteArray());
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).build());
    }

    public HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE().build());
    }

    public static JsonObject json(HttpResponse<String> response) {
        return Json.parse("the answer", response.body().strip());
    }

    /** Waits until a job has a status. */
    public JsonObject await(String id, String status) throws IOException, InterruptedException {
        for (int i = 0; i < 3000; i++) {
            var job = json(get("/mural/v1/jobs/" + id));
            if (job.string("status").equals(status)) {
                return job;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("job " + id + " is not " + status + ": "
                + get("/mural/v1/jobs/" + id).body());
    }

    @Override
    public void close() {
        server.close();
    }
}
