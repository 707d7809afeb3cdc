package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mural serve} as a process. */
class ServeTest {
    @TempDir
    Path folder;

    @Test
    void itServesAndStopsWithNothingLost() throws Exception {
        var log = folder.resolve("log");
        var server = new MuralProcess(folder).start(log, "serve", "--port", "0", "--grace", "1s", "-o", "out");
        try (var out = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
                var client = HttpClient.newHttpClient()) {
            var line = out.readLine();
            assertThat(line).startsWith("mural serves on http://127.0.0.1:");
            var jobs = URI.create(line.substring("mural serves on ".length()) + "/mural/v1/jobs");
            var job = HttpRequest.newBuilder(jobs)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "{\"prompt\": \"a secret hill\", \"width\": 128, \"height\": 128, \"steps\": 1000}"))
                    .build();
            assertThat(client.send(job, BodyHandlers.ofString()).statusCode()).isEqualTo(202);
        }
        server.destroy(); // SIGTERM
        assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).as(Files.readString(log)).isZero();
        assertThat(Files.readString(log)).contains("queued").doesNotContain("secret");
        try (var files = Files.list(folder.resolve("out/jobs"))) {
            var job = files.filter(file -> file.toString().endsWith(".json"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Files.readString(job)).contains("\"status\":\"queued\"");
        }
    }

    @Test
    void otherMachinesNeedAToken() {
        var open = new MuralProcess(folder, MuralProcess.QUICK).run("serve", "--host", "0.0.0.0", "--port", "0");
        assertThat(open.exit()).isEqualTo(2);
        assertThat(open.err()).singleElement().asString().contains("--host", "MURAL_TOKEN", "--no-auth");
        var both = new MuralProcess(folder, MuralProcess.QUICK)
                .run("", Map.of("MURAL_TOKEN", "x"), "serve", "--no-auth", "--port", "0");
        assertThat(both.exit()).isEqualTo(2);
        var origin = new MuralProcess(folder, MuralProcess.QUICK).run("serve", "--cors", "*");
        assertThat(origin.err()).singleElement().asString().contains("--cors");
    }
}
