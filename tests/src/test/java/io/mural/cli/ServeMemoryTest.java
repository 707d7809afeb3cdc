package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.model.image.TilePyramid;
import io.mural.weights.text.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A picture of hundreds of megapixels is cut, shown and sent in memory for a few bands of it. */
@Tag("full")
@EnabledOnOs(value = OS.LINUX, disabledReason = "memory is read from /proc")
class ServeMemoryTest {
    /** Bands are as wide as those of a square picture; a lower one has fewer of them. */
    private static final int WIDTH = 16_384;

    private static final int HEIGHT = Integer.getInteger("mural.test.serverHeight", 4096);
    private static final long MOST = 200L << 20;
    private static final int BAND = 64;

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    @Test
    void aLargePictureTakesLittleMemory() throws Exception {
        var server = new MuralProcess(folder).start(folder.resolve("log"), "serve", "--port", "0", "-o", "out");
        try (var out = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            var address = URI.create(out.readLine().substring("mural serves on ".length()));
            var job = smallPicture(address);
            var png = folder.resolve("out/jobs/" + job + "/1.png");
            write(png);
            var pictures = address.resolve("/mural/v1/jobs/" + job + "/pictures/");
            long before = peak(server);
            System.out.printf("%,d bytes of its own before%n", before);
            read(pictures.resolve("1.dzi"));
            int top = TilePyramid.levels(WIDTH, HEIGHT) - 1;
            for (int column = 0; column < 33; column++) {
                read(pictures.resolve("1_files/" + top + "/" + column + "_0.jpg"));
            }
            long cut = peak(server);
            assertThat(read(pictures.resolve("1.png"))).isEqualTo(Files.size(png));
            assertThat(read(pictures.resolve("1.jpg"))).isPositive();
            long sent = peak(server);
            System.out.printf(
                    "%d x %d: the most beside it %,d bytes after cutting, %,d after sending it%n",
                    WIDTH, HEIGHT, cut - before, sent - before);
            assertThat(sent - before).isLessThan(MOST);
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    /** A job that is done, with the model opened and all code run once. */
    private String smallPicture(URI address) throws Exception {
        var request = HttpRequest.newBuilder(address.resolve("/mural/v1/jobs"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"prompt\": \"a hill\", \"width\": 48, \"height\": 32, \"steps\": 1}"))
                .build();
        var job = Json.parse(
                        "the answer",
                        client.send(request, BodyHandlers.ofString()).body())
                .string("id");
        // Ends with the job.
        read(address.resolve("/mural/v1/jobs/" + job + "/events"));
        return job;
    }

    private static void write(Path png) {
        var rgb = new byte[WIDTH * BAND * 3];
        PngFile.write(png, WIDTH, HEIGHT, Map.of(), rows -> {
            for (int y = 0; y < HEIGHT; y += BAND) {
                for (int i = 0; i < rgb.length; i++) {
                    rgb[i] = (byte) (i / 3 % WIDTH / 64 + y / 64);
                }
                rows.rows(new RgbImage(WIDTH, BAND, rgb));
            }
        });
    }

    /** Bytes of an answer, which are not kept. */
    private long read(URI address) throws IOException, InterruptedException {
        var answer = client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).as(address.getPath()).isEqualTo(200);
        try (InputStream in = answer.body()) {
            long bytes = 0;
            var buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                bytes += count;
            }
            return bytes;
        }
    }

    /** The most memory that the process has had at once, the files it maps included. */
    private static long peak(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
