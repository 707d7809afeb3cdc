package io.mural.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An answer that fails half-way has no end, or is an error: nobody takes a part of it for all. */
class CutAnswerTest {
    private static final int SIDE = 512;

    @TempDir
    Path output;

    @Test
    void aDamagedPictureIsNotSentAsAWholeOne() throws Exception {
        try (var running = Running.open(output)) {
            var id = Running.json(running.post(
                            "/mural/v1/jobs", "{\"prompt\": \"a\", \"width\": 32, \"height\": 32, \"steps\": 1}"))
                    .string("id");
            running.get("/mural/v1/jobs/" + id + "/events"); // ends with the job
            var png = output.resolve("jobs/" + id + "/1.png");
            var jpg = "/mural/v1/jobs/" + id + "/pictures/1.jpg";
            assertThat(running.bytes(jpg).statusCode()).isEqualTo(200);

            var rgb = new byte[SIDE * SIDE * 3];
            new SplittableRandom(1).nextBytes(rgb);
            PngFile.write(png, new RgbImage(SIDE, SIDE, rgb), Map.of());
            var whole = Files.readAllBytes(png);
            Files.write(png, Arrays.copyOf(whole, whole.length * 3 / 4));
            assertThatThrownBy(() -> running.bytes(jpg)).isInstanceOf(IOException.class);

            Files.write(png, Arrays.copyOf(whole, 60));
            var refused = running.get(jpg);
            assertThat(refused.statusCode()).isGreaterThanOrEqualTo(400);
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(refused.headers().firstValue("Content-Disposition")).isEmpty();
            assertThat(Running.json(refused).asMap()).containsKey("error");
        }
    }
}
