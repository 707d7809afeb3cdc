package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures beyond the model's own size from the command line. */
@Tag("full")
class LargePictureTest {
    @TempDir
    private Path folder;

    private MuralProcess.Result mural(String... args) {
        return new MuralProcess(folder).run(args);
    }

    @Test
    void isPlannedMadeAndRepeatable() throws IOException {
        var made = mural(
                "generate",
                "a calm sea",
                "--size",
                "416x384",
                "--steps",
                "2",
                "--seed",
                "4",
                "-o",
                "a.png",
                "--keep-stages",
                "--progress",
                "plain");
        assertThat(made.err()).anyMatch(line -> line.equals("levels 208x192 -> 416x384"));
        assertThat(made.err()).anyMatch(line -> line.equals("level 2/2: 416x384, 42 windows"));
        assertThat(made.exit()).isZero();
        assertThat(new MuralProcess(folder).files()).containsExactlyInAnyOrder("a.png", "a.stage1.png");
        var picture = folder.resolve("a.png");
        var recipe = Json.parse("recipe", PngFile.texts(picture).get("mural"));
        assertThat(recipe.object("hierarchy").integer("window")).isEqualTo(4);

        // A checkpoint of another picture stops nothing but --resume.
        Files.writeString(folder.resolve("b.png.checkpoint"), "no checkpoint");
        var refused = mural("generate", "--from", "a.png", "-o", "b.png", "--resume");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err().getLast()).contains("b.png.checkpoint is a damaged checkpoint");
        var again = mural("generate", "--from", "a.png", "-o", "b.png");
        assertThat(again.exit()).isZero();
        assertThat(folder.resolve("b.png.checkpoint")).doesNotExist();
        assertThat(ImageFile.read(folder.resolve("b.png")).rgb())
                .isEqualTo(ImageFile.read(picture).rgb());
    }

    @Test
    void aPlanMakesNothing() {
        var planned = mural("generate", "a calm sea", "--size", "1024", "-o", "a.png", "--plan");
        assertThat(planned.exit()).isZero();
        assertThat(planned.lines().getFirst()).isEqualTo("levels 256x256 -> 1024x1024");
        assertThat(new MuralProcess(folder).files()).isEmpty();
        var official = mural("plan", "--size", "8192", "--pattern", "official", "--json");
        var figures = Json.parse("plan", official.lines().getFirst());
        assertThat(figures.number("saving")).isBetween(130.35, 130.45);
    }

    @Test
    void optionsWithoutEffectAreRefused() {
        var refused = mural("generate", "a calm sea", "--size", "256", "--window", "8");
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err().getLast()).contains("--size 256x256 is made at once");
    }
}
