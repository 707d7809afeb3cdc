package io.mural.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.server.Running;
import io.mural.server.http.Limits;
import io.mural.weights.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** curl, as documentation tells people to use it, and killed while it waits. */
@Tag("full")
class CurlTest {
    private static final String LONG = "{\"prompt\": \"a hill\", \"size\": \"128x128\", \"steps\": 1000}";

    @TempDir
    Path folder;

    @BeforeAll
    static void require() {
        Programs.require("curl");
    }

    private Running open() {
        return Running.open(
                folder.resolve("output"),
                Optional.empty(),
                32,
                Limits.usual().paced(Duration.ofSeconds(1), Duration.ofSeconds(1)));
    }

    private static String[] curl(Running running, String path, String body) {
        return new String[] {"curl", "-sS", running.address() + path, "-H", "Content-Type: application/json", "-d", body
        };
    }

    @Test
    void curlGetsPictures() throws Exception {
        try (var running = open()) {
            var made = Programs.run(
                    folder,
                    curl(
                            running,
                            "/v1/images/generations",
                            "{\"prompt\": \"a calm sea\", \"size\": \"32x32\", \"steps\": 1}"));
            var png = Json.parse("the answer", made.text().strip())
                    .objects("data")
                    .getFirst()
                    .string("b64_json");
            var picture = folder.resolve("a.png");
            Files.write(picture, Base64.getDecoder().decode(png));
            var edited = Programs.run(
                    folder,
                    "curl",
                    "-sS",
                    running.address() + "/v1/images/edits",
                    "-F",
                    "image=@" + picture,
                    "-F",
                    "prompt=a calm sea at night",
                    "-F",
                    "response_format=url");
            var url = Json.parse("the answer", edited.text().strip())
                    .objects("data")
                    .getFirst()
                    .string("url");
            var fetched = Programs.run(folder, "curl", "-sS", "-o", "b.png", "-w", "%{http_code}", url);
            assertThat(fetched.text()).isEqualTo("200");
            assertThat(folder.resolve("b.png")).isNotEmptyFile();
        }
    }

    /** Neither in the queue nor in a step does a job outlive the only one who waits for it. */
    @Test
    void jobsOfKilledClientsEnd() throws Exception {
        try (var running = open()) {
            var inStep = Programs.start(folder, curl(running, "/v1/images/generations", LONG));
            var first = awaitJob(running, 1);
            running.await(first, "running");
            var inQueue = Programs.start(
                    folder, curl(running, "/sdapi/v1/txt2img", LONG.replace("\"size\": \"128x128\", ", "")));
            var second = awaitJob(running, 2);
            inQueue.destroyForcibly().waitFor();
            running.await(second, "cancelled");
            assertThat(Running.json(running.get("/mural/v1/jobs/" + first)).string("status"))
                    .isEqualTo("running");
            inStep.destroyForcibly().waitFor();
            running.await(first, "cancelled");
            // The queue goes on.
            var next = Programs.run(
                    folder,
                    curl(
                            running,
                            "/v1/images/generations",
                            "{\"prompt\": \"a calm sea\", \"size\": \"32x32\", \"steps\": 1}"));
            assertThat(next.text()).contains("b64_json");
        }
    }

    /** Of the newest job, when there are so many. */
    private static String awaitJob(Running running, int count) throws Exception {
        for (int i = 0; i < 1200; i++) {
            var jobs = Running.json(running.get("/mural/v1/jobs")).objects("jobs");
            if (jobs.size() == count) {
                return jobs.getFirst().string("id");
            }
            Thread.sleep(50);
        }
        throw new AssertionError("there are not " + count + " jobs");
    }
}
