package io.mural.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.server.http.Limits;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rows of the error table that are the server's side: what fails, stops, comes late. And what nobody is told. */
class FaultsTest {
    private static final String JOBS = "/mural/v1/jobs";
    private static final String IMAGES = "/v1/images/generations";
    private static final String LONG = "{\"prompt\": \"a hill\", \"width\": 128, \"height\": 128, \"steps\": 1000}";
    private static final String SECRET = "{\"prompt\": \"a secret garden\", \"size\": \"32x32\", \"steps\": 1}";

    @TempDir
    Path output;

    private static CompletableFuture<HttpResponse<String>> later(Running running, String body) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return running.post(IMAGES, body);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static String submit(Running running, String body) throws Exception {
        return Running.json(running.post(JOBS, body)).string("id");
    }

    /** The one that waits, once it does. */
    private static String queued(Running running) throws Exception {
        for (int i = 0; i < 1200; i++) {
            var waiting = Running.json(running.get(JOBS + "?status=queued")).objects("jobs");
            if (!waiting.isEmpty()) {
                return waiting.getFirst().string("id");
            }
            Thread.sleep(50);
        }
        throw new AssertionError("nothing waits");
    }

    @Test
    void aPictureThatCannotBeMadeIsAnErrorWithoutPlacesOrTraces() throws Exception {
        try (var running = Running.open(output)) {
            var first = submit(running, LONG);
            running.await(first, "running");
            var answer = later(running, SECRET);
            var job = queued(running);
            // Where the folder of its picture belongs stands a file.
            Files.writeString(output.resolve("jobs/" + job), "mine");
            running.delete(JOBS + "/" + first);
            var failed = answer.get();
            assertThat(failed.statusCode()).as(failed.body()).isEqualTo(500);
            assertThat(failed.headers().firstValue("x-should-retry")).contains("false");
            var error = Running.json(failed).object("error");
            assertThat(error.string("type")).isEqualTo("server_error");
            assertThat(error.string("code")).isEqualTo("generation_failed");
            assertQuiet(failed.body());
            assertQuiet(running.get(JOBS + "/" + job).body());
            assertQuiet(running.get(JOBS + "/" + job + "/events").body());
            assertThat(running.log).contains("failed " + job).noneMatch(line -> line.contains("secret"));
            // The queue goes on.
            assertThat(running.post(IMAGES, SECRET).statusCode()).isEqualTo(200);
        }
    }

    private void assertQuiet(String answer) {
        assertThat(answer)
                .doesNotContain(output.toString())
                .doesNotContain("Exception")
                .doesNotContain("at io.mural")
                .doesNotContain("at java.");
    }

    /** A disk that takes no more jobs is not the client's fault; the next request finds the server at work. */
    @Test
    void aJobThatCannotBeWrittenDownIsRefused() throws Exception {
        try (var running = Running.open(output)) {
            assertThat(running.post(IMAGES, SECRET).statusCode()).isEqualTo(200);
            var jobs = output.resolve("jobs");
            var kept = output.resolve("kept");
            Files.move(jobs, kept);
            Files.writeString(jobs, "no folder");
            var refused = running.post(IMAGES, SECRET);
            assertThat(refused.statusCode()).isEqualTo(500);
            assertThat(refused.headers().firstValue("x-should-retry")).contains("false");
            assertQuiet(refused.body());
            Files.delete(jobs);
            Files.move(kept, jobs);
            assertThat(running.post(IMAGES, SECRET).statusCode()).isEqualTo(200);
        }
    }

    @Tag("full")
    @Test
    void aServerThatStopsSaysSo() throws Exception {
        var running = Running.open(output, Optional.empty(), 4, Limits.usual(), Duration.ofMinutes(5));
        var job = submit(running, LONG);
        awaitStep(running, job);
        var closing = CompletableFuture.runAsync(running::close);
        for (int i = 0; running.get("/health/ready").statusCode() == 200 && i < 1200; i++) {
            Thread.sleep(50);
        }
        for (var answer : new HttpResponse<?>[] {running.post(IMAGES, SECRET), running.get("/health/ready")}) {
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(answer.body().toString()).contains("server_stopping");
        }
        assertThat(running.get("/health").statusCode()).isEqualTo(200);
        running.delete(JOBS + "/" + job);
        closing.get();
    }

    /** Before that a job that is called running is put back by a server that stops. */
    private static void awaitStep(Running running, String job) throws Exception {
        running.await(job, "running");
        for (int i = 0; i < 1200; i++) {
            var now = Running.json(running.get(JOBS + "/" + job));
            if (now.has("preview")) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("no step was seen");
    }

    /** Blanks keep the client until the document comes; what goes wrong by then is told in it. */
    @Tag("full")
    @Test
    void lateAnswersBeginWithBlanks() throws Exception {
        var limits = Limits.usual().paced(Duration.ofMillis(100), Duration.ofMinutes(1));
        try (var running = Running.open(output, Optional.empty(), 4, limits)) {
            var first = submit(running, LONG);
            running.await(first, "running");
            var good = later(running, SECRET);
            queued(running);
            Thread.sleep(500);
            running.delete(JOBS + "/" + first);
            assertThat(good.get().statusCode()).isEqualTo(200);
            assertThat(good.get().body()).startsWith("  ").endsWith("}");
            assertThat(Running.json(good.get()).objects("data")).hasSize(1);

            var second = submit(running, LONG);
            running.await(second, "running");
            var cancelled = later(running, SECRET);
            var job = queued(running);
            Thread.sleep(500);
            running.delete(JOBS + "/" + job);
            assertThat(cancelled.get().statusCode()).isEqualTo(200);
            assertThat(Running.json(cancelled.get()).object("error").string("code"))
                    .isEqualTo("generation_failed");
        }
    }
}
