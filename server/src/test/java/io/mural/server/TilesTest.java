package io.mural.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.TilePyramid;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tiles of a finished picture, and the files of the page. */
class TilesTest {
    @TempDir
    Path output;

    @Test
    void aPictureIsServedInTiles() throws Exception {
        try (var running = Running.open(output)) {
            var job = Running.json(running.post(
                            "/mural/v1/jobs", "{\"prompt\": \"a hill\", \"width\": 48, \"height\": 32, \"steps\": 1}"))
                    .string("id");
            running.await(job, "done");
            var pictures = "/mural/v1/jobs/" + job + "/pictures/";
            assertThat(running.get(pictures + "1.dzi").body()).isEqualTo(TilePyramid.description(48, 32));
            for (int level = 0; level <= 6; level++) {
                var tile = running.bytes(pictures + "1_files/" + level + "/0_0.jpg");
                assertThat(tile.statusCode()).isEqualTo(200);
                assertThat(ImageIO.read(new ByteArrayInputStream(tile.body())).getWidth())
                        .isEqualTo(TilePyramid.side(48, 6 - level));
            }
            assertThat(running.get(pictures + "1_files/7/0_0.jpg").statusCode()).isEqualTo(404);
            assertThat(running.get(pictures + "1_files/..%2f..%2f/0_0.jpg").statusCode())
                    .isIn(400, 404);
            assertThat(running.get(pictures + "2.dzi").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void thePageIsServedWithItsPolicy() throws Exception {
        try (var running = Running.open(output)) {
            var page = running.get("/");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                    .contains("default-src 'self'");
            var files = java.util.regex.Pattern.compile("(?:src|href)=\"(/[^\"]+)\"")
                    .matcher(page.body());
            int found = 0;
            for (; files.find(); found++) {
                assertThat(running.get(files.group(1)).statusCode())
                        .as(files.group(1))
                        .isEqualTo(200);
            }
            assertThat(found).isEqualTo(4);
            assertThat(page.body()).doesNotContain("http:").doesNotContain("https:");
        }
    }
}
