package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.Recipe;
import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import io.mural.model.image.Xmp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Formats of pictures by the ending of their name, stdout, and prompts with choices. */
@Tag("full")
class OutputsAndChoicesTest {
    @TempDir
    private Path folder;

    private MuralProcess.Result generate(String... args) {
        var all = new ArrayList<>(List.of(args));
        all.add(0, "generate");
        all.addAll(List.of("--steps", "2"));
        return new MuralProcess(folder).run(all.toArray(String[]::new));
    }

    @Test
    void aJpegPictureHasItsRecipeAndIsRepeated() {
        var made = generate(
                "a calm sea – ♥ & <sky>", "--size", "64x48", "--seed", "7", "-o", "sea.JPG", "--quality", "80");
        assertThat(made.exit()).as("%s", made.err()).isZero();
        assertThat(ImageFile.read(folder.resolve("sea.JPG")).width()).isEqualTo(64);
        var recipe = Recipe.read(folder.resolve("sea.JPG"));
        assertThat(recipe.prompt()).isEqualTo("a calm sea – ♥ & <sky>");

        assertThat(generate("--from", "sea.JPG", "-o", "again.png").exit()).isZero();
        assertThat(Recipe.read(folder.resolve("again.png"))).isEqualTo(recipe);
        assertThat(PngFile.texts(folder.resolve("again.png")).get(Xmp.KEYWORD)).contains("trainedAlgorithmicMedia");
        assertThat(generate("--from", "again.png", "-o", "more.jpg", "--quality", "80")
                        .exit())
                .isZero();
        assertThat(folder.resolve("more.jpg")).hasSameBinaryContentAs(folder.resolve("sea.JPG"));
    }

    @Test
    void aPictureGoesToStdoutAlone() throws IOException, InterruptedException {
        var named = generate("a calm sea", "--size", "64x48", "--seed", "7", "-o", "sea.png");
        assertThat(named.exit()).isZero();
        var process = new MuralProcess(folder)
                .start(
                        folder.resolve("err"),
                        "generate",
                        "a calm sea",
                        "--size",
                        "64x48",
                        "--seed",
                        "7",
                        "--steps",
                        "2",
                        "-o",
                        "-");
        Files.write(folder.resolve("piped.png"), process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).isZero();
        assertThat(folder.resolve("piped.png")).hasSameBinaryContentAs(folder.resolve("sea.png"));
    }

    @Test
    void choicesAreMadeByASeedAndRecordedResolved() throws IOException {
        Files.createDirectories(folder.resolve("w"));
        Files.writeString(folder.resolve("w/colour.txt"), "red\ngreen\nblue\n");
        var made = generate(
                "a __colour__ {sea|lake}",
                "--size",
                "64x48",
                "--seed",
                "7",
                "--count",
                "3",
                "--wildcards",
                "w",
                "--wildcard-seed",
                "1",
                "-o",
                "out.png");
        assertThat(made.exit()).as("%s", made.err()).isZero();
        for (int i = 1; i <= 3; i++) {
            var recipe = Recipe.read(folder.resolve("out-" + i + ".png"));
            assertThat(recipe.prompt()).matches("a (red|green|blue) (sea|lake)");
            assertThat(recipe.seed()).isEqualTo(6 + i);
        }
        assertThat(generate("--from", "out-2.png", "-o", "again.png").exit()).isZero();
        assertThat(folder.resolve("again.png")).hasSameBinaryContentAs(folder.resolve("out-2.png"));
    }
}
