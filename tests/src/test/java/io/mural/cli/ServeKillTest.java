package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mural serve}, killed at random moments with jobs in its queue: none is lost, none made twice, same bytes. */
@Tag("full")
class ServeKillTest {
    private static final int KILLS = Integer.getInteger("mural.test.serverKills", 4);
    /** From the moment it listens: some kills come while a picture is made, some while one is written, some between. */
    private static final int LATEST_MILLIS = 2500;

    private static final long SEED = 20261126;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    /** A server that runs. */
    private final class Serving implements AutoCloseable {
        private final Process process;
        private final URI address;

        Serving(String output, int number) throws IOException {
            process = new MuralProcess(folder)
                    .start(folder.resolve(output + number + ".log"), "serve", "--port", "0", "-o", output);
            var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            address = URI.create(out.readLine().substring("mural serves on ".length()));
        }

        JsonObject get(String path) throws IOException, InterruptedException {
            var request = HttpRequest.newBuilder(address.resolve(path)).build();
            return Json.parse(
                    "the answer", CLIENT.send(request, BodyHandlers.ofString()).body());
        }

        String submit(String body) throws IOException, InterruptedException {
            var request = HttpRequest.newBuilder(address.resolve("/mural/v1/jobs"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            var answer = CLIENT.send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            return Json.parse("the answer", answer.body()).string("id");
        }

        void awaitEmptyQueue() throws IOException, InterruptedException {
            for (int i = 0; i < 6000; i++) {
                boolean over = get("/mural/v1/jobs?limit=1000").objects("jobs").stream()
                        .noneMatch(job -> Set.of("queued", "running").contains(job.string("status")));
                if (over) {
                    return;
                }
                Thread.sleep(50);
            }
            throw new AssertionError("the queue does not come to its end");
        }

        /** SIGKILL. */
        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    /** Two small pictures; now and then one of two levels, which goes on from its checkpoint. */
    private static String body(int number) {
        return number % 4 == 1
                ? "{\"prompt\": \"a hill\", \"width\": 528, \"height\": 256, \"steps\": 2, \"seed\": " + number + "}"
                : "{\"prompt\": \"a calm sea\", \"width\": 64, \"height\": 64, \"steps\": 4, \"count\": 2, \"seed\": "
                        + 100 * number + "}";
    }

    @Test
    void nothingIsLostAndNothingMadeTwice() throws Exception {
        var random = new Random(SEED);
        Map<String, Integer> numbers = new HashMap<>();
        Map<Path, List<Object>> finished = new HashMap<>();
        for (int kill = 0; kill < KILLS; kill++) {
            try (var serving = new Serving("killed", kill)) {
                numbers.put(serving.submit(body(kill)), kill);
                Thread.sleep(random.nextInt(LATEST_MILLIS));
            }
            assertUntouched(finished);
            finished.putAll(pictures("killed"));
        }
        try (var serving = new Serving("killed", KILLS)) {
            serving.awaitEmptyQueue();
            var jobs = serving.get("/mural/v1/jobs?limit=1000").objects("jobs");
            assertThat(jobs).extracting(job -> job.string("status")).containsOnly("done");
            assertThat(new HashSet<>(jobs.stream().map(job -> job.string("id")).toList()))
                    .isEqualTo(numbers.keySet());
        }
        assertUntouched(finished);
        assertSameAsUndisturbed(numbers);
    }

    /** Pictures that were finished before a kill are the same files after it. */
    private void assertUntouched(Map<Path, List<Object>> finished) throws IOException {
        var now = pictures("killed");
        assertThat(now).containsAllEntriesOf(finished);
    }

    /** By what changes when a file is written anew. */
    private Map<Path, List<Object>> pictures(String output) throws IOException {
        Map<Path, List<Object>> pictures = new HashMap<>();
        try (var files = Files.walk(folder.resolve(output).resolve("jobs"))) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".png")).toList()) {
                pictures.put(
                        file,
                        List.of(
                                Files.getLastModifiedTime(file),
                                Files.size(file),
                                Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
                                        .fileKey()));
            }
        }
        return pictures;
    }

    private void assertSameAsUndisturbed(Map<String, Integer> numbers) throws Exception {
        Map<Integer, String> undisturbed = new HashMap<>();
        try (var serving = new Serving("whole", 0)) {
            for (int number : numbers.values()) {
                undisturbed.put(number, serving.submit(body(number)));
            }
            serving.awaitEmptyQueue();
        }
        List<String> compared = new ArrayList<>();
        for (var each : numbers.entrySet()) {
            var killed = folder.resolve("killed/jobs/" + each.getKey());
            var whole = folder.resolve("whole/jobs/" + undisturbed.get(each.getValue()));
            for (int picture = 1; Files.exists(whole.resolve(picture + ".png")); picture++) {
                var name = picture + ".png";
                assertThat(killed.resolve(name)).as(body(each.getValue())).hasSameBinaryContentAs(whole.resolve(name));
                compared.add(each.getKey() + "/" + name);
            }
        }
        assertThat(compared)
                .hasSize(pictures("killed").size())
                .hasSize(pictures("whole").size());
    }
}
