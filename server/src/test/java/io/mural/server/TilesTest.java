package io.mural.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.JpegFile;
import io.mural.model.image.RgbImage;
import io.mural.model.image.TilePyramid;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tiles of a finished picture, and the files of the page. */
class TilesTest {
    @TempDir
    Path output;

    @Tag("full")
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

    /** Of a picture that is being made what stands on the disk is served. */
    @Test
    void tilesAreServedBeforeThePictureIsThere() throws Exception {
        try (var running = Running.open(output)) {
            var job = Running.json(running.post(
                            "/mural/v1/jobs",
                            "{\"prompt\": \"a hill\", \"width\": 48, \"height\": 32, \"steps\": 1000}"))
                    .string("id");
            var pictures = "/mural/v1/jobs/" + job + "/pictures/";
            running.await(job, "running");
            assertThat(running.get(pictures + "1.dzi").body()).isEqualTo(TilePyramid.description(48, 32));
            assertThat(running.get(pictures + "2.dzi").statusCode()).isEqualTo(404);
            assertThat(running.get(pictures + "1_files/6/0_0.jpg").statusCode()).isEqualTo(404);
            var tile = output.resolve("jobs/" + job + "/1_files/6/0_0.jpg");
            Files.createDirectories(tile.getParent());
            JpegFile.write(tile, new RgbImage(48, 32, new byte[48 * 32 * 3]), 90);
            assertThat(running.bytes(pictures + "1_files/6/0_0.jpg").body()).isEqualTo(Files.readAllBytes(tile));
            running.delete("/mural/v1/jobs/" + job);
            running.await(job, "cancelled");
            assertThat(tile).doesNotExist();
        }
    }

    /** A picture larger than a tile has its pyramid when it is done; nobody has to ask for it first. */
    @Test
    @Tag("full")
    void largePicturesAreCutWhileTheirRowsCome() throws Exception {
        try (var running = Running.open(output)) {
            var job = Running.json(running.post(
                            "/mural/v1/jobs", "{\"prompt\": \"a hill\", \"width\": 528, \"height\": 16, \"steps\": 1}"))
                    .string("id");
            running.await(job, "done");
            assertThat(output.resolve("jobs/" + job + "/1.dzi")).exists();
            assertThat(output.resolve("jobs/" + job + "/1_files/10/1_0.jpg")).exists();
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
