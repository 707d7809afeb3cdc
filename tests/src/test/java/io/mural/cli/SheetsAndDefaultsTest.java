package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.Recipe;
import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import java.awt.image.DataBuffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contact sheets, pictures of 16 bits, previews in the terminal, and the user's own defaults, on the whole command line. */
@Tag("full")
class SheetsAndDefaultsTest {
    @TempDir
    private Path folder;

    private MuralProcess.Result run(String... args) {
        return new MuralProcess(folder).run("", Map.of("XDG_CONFIG_HOME", folder.toString()), args);
    }

    private MuralProcess.Result good(String... args) {
        var result = run(args);
        assertThat(result.exit()).as("%s", result.err()).isZero();
        return result;
    }

    private MuralProcess.Result small(String... args) {
        var all = new ArrayList<>(List.of("generate", "a calm sea", "--size", "64x48"));
        all.addAll(List.of(args));
        return good(all.toArray(String[]::new));
    }

    private void configure(String text) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("mural")).resolve("config"), text);
    }

    @Test
    void aSheetHoldsItsPicturesAndTheirRecipes() {
        var made = small("--grid", "seed=7..8", "--grid", "steps=1,2", "--grid", "true-cfg=1,2.5", "-o", "sheet.png");
        assertThat(made.lines()).containsExactly("sheet.png");
        var sheet = ImageFile.read(folder.resolve("sheet.png"));
        // Columns of 64 and a gap of 8; beside them "steps 1 true-cfg 2.5" of 6 pixels a letter and two gaps.
        int left = 20 * 6 + 16;
        int top = 7 + 16;
        assertThat(sheet.width()).isEqualTo(left + 2 * (64 + 8));
        assertThat(sheet.height()).isEqualTo(top + 4 * (48 + 8));

        var recipe = Recipe.read(folder.resolve("sheet.png"), 2, 4);
        assertThat(recipe.seed()).isEqualTo(8);
        assertThat(recipe.steps()).isEqualTo(2);
        assertThat(recipe.trueCfg()).isEqualTo(2.5);
        good("generate", "--from", "sheet.png", "--cell", "2,4", "-o", "again.png");
        var again = ImageFile.read(folder.resolve("again.png"));
        for (int y = 0; y < 48; y++) {
            int from = ((top + 3 * (48 + 8) + y) * sheet.width() + left + 64 + 8) * 3;
            assertThat(Arrays.copyOfRange(sheet.rgb(), from, from + 64 * 3))
                    .as("row %d", y)
                    .isEqualTo(Arrays.copyOfRange(again.rgb(), y * 64 * 3, (y + 1) * 64 * 3));
        }

        assertThat(run("generate", "--from", "sheet.png", "-o", "x.png").err())
                .singleElement()
                .asString()
                .contains("sheet.png: is a contact sheet", "--cell COLUMN,ROW");
        assertThat(run("generate", "--from", "sheet.png", "--cell", "3,1", "-o", "x.png").exit())
                .isEqualTo(1);
        assertThat(good("inspect", "sheet.png").lines().getFirst()).contains("a contact sheet by mural");
    }

    @Test
    void sixteenBitsAreTheDecodersOwn() throws IOException {
        small("--seed", "7", "--steps", "2", "--depth", "16", "-o", "deep.png");
        small("--seed", "7", "--steps", "2", "-o", "flat.png");
        assertThat(PngFile.contents(folder.resolve("deep.png")).bits()).isEqualTo(16);
        assertThat(good("inspect", "deep.png").lines().getFirst()).contains("16 bits a channel");
        var deep = ImageIO.read(folder.resolve("deep.png").toFile()).getRaster();
        var flat = ImageFile.read(folder.resolve("flat.png"));
        assertThat(deep.getTransferType()).isEqualTo(DataBuffer.TYPE_USHORT);
        int widened = 0;
        for (int i = 0; i < 64 * 48 * 3; i++) {
            int sample = deep.getSample(i / 3 % 64, i / 3 / 64, i % 3);
            assertThat(Math.abs(sample / 257.0 - (flat.rgb()[i] & 0xff))).isLessThanOrEqualTo(0.502);
            widened += sample % 257 == 0 ? 1 : 0;
        }
        assertThat(widened).isLessThan(64 * 48 * 3 / 20);
        // A picture that is repeated is as deep as it was.
        good("generate", "--from", "deep.png", "-o", "again.png");
        assertThat(folder.resolve("again.png")).hasSameBinaryContentAs(folder.resolve("deep.png"));
        good("generate", "--from", "deep.png", "--depth", "8", "-o", "flatter.png");
        assertThat(ImageFile.read(folder.resolve("flatter.png")).rgb()).isEqualTo(flat.rgb());
    }

    @Test
    void previewsAreShownInTheTerminal() {
        assertThat(String.join("\n", small("--steps", "2", "--preview", "blocks", "-o", "x.png").err()))
                .contains("\u2580", "\u001b[48;2;");
        assertThat(String.join("\n", small("--steps", "2", "--preview", "kitty", "-o", "x.png").err()))
                .contains("\u001b_Ga=T,f=100");
        small("--steps", "2", "--preview", "sixel", "--preview", "1", "-o", "x.png");
        assertThat(folder.resolve("x.preview.png")).exists();
    }

    @Test
    void defaultsAndPresetsHoldWhereTheCommandLineSaysNothing() throws IOException {
        configure("""
                # what I like
                quality = 80
                [generate]
                steps = 2
                [preset wide]
                size = 96x48
                steps = 1
                """);
        small("-o", "x.png");
        assertThat(Recipe.read(folder.resolve("x.png")).steps()).isEqualTo(2);
        good("generate", "a calm sea", "--preset", "wide", "--steps", "3", "-o", "y.png");
        var recipe = Recipe.read(folder.resolve("y.png"));
        assertThat(recipe.width()).isEqualTo(96);
        assertThat(recipe.steps()).isEqualTo(3);
        // A repeated picture stays what it was.
        good("generate", "--from", "y.png", "-o", "z.png");
        assertThat(Recipe.read(folder.resolve("z.png"))).isEqualTo(recipe);

        assertThat(good("config").lines())
                .containsExactly(
                        folder.resolve("mural/config").toString(),
                        "  line 2    every command            --quality 80",
                        "  line 4    mural generate           --steps 2",
                        "  line 6    --preset wide            --size 96x48",
                        "  line 7    --preset wide            --steps 1");
        assertThat(run("models", "--preset", "wide").err())
                .singleElement()
                .asString()
                .contains("--preset wide sets nothing that 'mural models' has");
    }

    @Test
    void aWrongLineIsNamedAndHelpStillComes() throws IOException {
        configure("steps = many\n");
        assertThat(run("generate", "x").err())
                .singleElement()
                .asString()
                .contains("--steps: 'many' is no whole number", folder.resolve("mural/config") + ", line 1");
        configure("\nstepz = 1\n");
        var refused = run("generate", "x");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err())
                .containsExactly("mural: " + folder.resolve("mural/config")
                        + ": line 2: stepz: no command has an option --stepz");
        assertThat(run("config").exit()).isEqualTo(1);
        assertThat(good("generate", "--help").out()).contains("--preset");
        assertThat(good("--version").out()).startsWith("mural ");
    }

    @Test
    void withoutAFileNothingHolds() {
        assertThat(good("config").lines())
                .containsExactly(folder.resolve("mural/config") + ": not there; no defaults hold");
    }
}
