package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.model.image.TilePyramid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mural tiles} and {@code mural generate --tiles}: the same pyramid from a file and from rows as they come. */
@Tag("full")
class TilesCommandTest {
    @TempDir
    Path folder;

    private MuralProcess.Result run(String... args) {
        return new MuralProcess(folder, MuralProcess.QUICK).run(args);
    }

    @Test
    void aPictureIsCutAsItIsMadeAndAfterwardsAlike() throws IOException {
        var made = run("generate", "a hill", "--steps", "1", "--size", "48x32", "-o", "hill.png", "--tiles");
        assertThat(made.exit()).as("%s", made.err()).isZero();
        assertThat(made.lines()).containsExactly("hill.png");
        assertThat(folder.resolve("hill.dzi")).hasContent(TilePyramid.description(48, 32));
        var cut = run("tiles", "hill.png", "-o", "again.dzi");
        assertThat(cut.exit()).as("%s", cut.err()).isZero();
        assertThat(cut.lines()).containsExactly("again.dzi");
        var tiles = tiles("hill");
        assertThat(tiles).hasSize(7);
        assertThat(tiles("again")).isEqualTo(tiles);
        assertThat(run("tiles", "hill.png").lines()).containsExactly("hill.dzi");
    }

    /** Its rows take more than the heap holds. */
    @Test
    void aPictureLargerThanTheHeapIsCut() {
        var band = new RgbImage(6000, 10, new byte[6000 * 10 * 3]);
        PngFile.write(folder.resolve("large.png"), 6000, 6000, Map.of(), rows -> {
            for (int y = 0; y < 600; y++) {
                rows.rows(band);
            }
        });
        var cut = new MuralProcess(folder, MuralProcess.QUICK, "-Xmx64m").run("tiles", "large.png");
        assertThat(cut.exit()).as("%s", cut.err()).isZero();
        assertThat(folder.resolve("large_files/13/11_11.jpg")).exists();
    }

    private Map<String, Long> tiles(String name) throws IOException {
        Map<String, Long> tiles = new TreeMap<>();
        var root = folder.resolve(name + "_files");
        try (var files = Files.walk(root)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var bytes = new java.util.zip.CRC32();
                bytes.update(Files.readAllBytes(file));
                tiles.put(root.relativize(file).toString(), bytes.getValue());
            }
        }
        return tiles;
    }

    @Test
    void whatCannotBeCutIsSaidInALine() throws IOException {
        assertLine(run("tiles", "none.png"), "none.png", "does not exist");
        Files.writeString(folder.resolve("text.png"), "no picture");
        assertLine(run("tiles", "text.png"), "text.png");
        assertThat(folder.resolve("text_files")).doesNotExist();
        assertThat(run("tiles", "text.png", "-o", "x.png").exit()).isEqualTo(2);
        Files.writeString(folder.resolve("hill_files"), "mine");
        assertLine(
                run("generate", "a hill", "--steps", "1", "--size", "16x16", "-o", "hill.png", "--tiles"),
                "hill_files",
                "is no folder");
        assertThat(folder.resolve("hill.png")).doesNotExist();
    }

    private static void assertLine(MuralProcess.Result result, String... parts) {
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).singleElement().asString().contains(parts);
    }
}
