package io.mural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.engine.text.RelativePath;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeTest {
    private static final String RECIPE =
            "{\"prompt\":\"a sea\",\"negative\":\"\",\"true_cfg\":1,\"width\":64,\"height\":64,"
                    + "\"steps\":2,\"seed\":3,\"guidance\":null,\"text_tokens\":64,\"noise_dtype\":\"f32\",\"vae\":\"whole\","
                    + "\"model\":{\"name\":\"tiny\",\"path\":\"tiny\"},\"loras\":[{\"path\":\"style.safetensors\",\"scale\":1,"
                    + "\"mode\":\"adapter\"}],\"hierarchy\":{\"scope\":\"guide\",\"lora\":\"levels\",\"lora_scale\":1,"
                    + "\"steps\":28,\"guidance\":3.5,\"true_cfg\":1,\"shift\":3,\"skip_steps\":10},\"device\":\"cpu\"}";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "\"steps\":2, \"steps\":2000000000, steps",
        "\"steps\":28, \"steps\":2000000000, hierarchy.steps",
        "\"lora_scale\":1, \"lora_scale\":1e308, hierarchy.lora_scale",
        "\"shift\":3, \"shift\":1e300, hierarchy.shift",
        "\"true_cfg\":1, \"true_cfg\":-1, true_cfg",
        "\"guidance\":null, \"guidance\":1e300, guidance",
        "\"text_tokens\":64, \"text_tokens\":100000, text_tokens",
        "\"seed\":3, \"seed\":18446744073709551616, seed",
    })
    void whatARecipeAsksForIsHeldToTheBoundsOfTheOptions(String from, String to, String key) {
        assertThatThrownBy(() -> Recipe.parse("a.png: its recipe", RECIPE.replace(from, to)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("a.png: its recipe: \"" + key + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "3", "4294967295", "9223372036854775807", "18446744073709551615"})
    void aSeedOf64BitsIsKept(String seed) {
        var recipe = Recipe.parse("a", RECIPE.replace("\"seed\":3", "\"seed\":" + seed));
        assertThat(recipe.toJson()).contains("\"seed\":" + seed + ",");
        assertThat(recipe.parameters()).contains("Seed: " + seed);
        assertThat(Recipe.parse("a", recipe.toJson())).isEqualTo(recipe);
    }

    @Test
    void filesAreFoundBesideThePicture() throws IOException {
        var picture = folder.resolve("a.png");
        PngFile.write(picture, new RgbImage(1, 1, new byte[3]), Map.of(Recipe.KEYWORD, RECIPE));
        Files.createDirectory(folder.resolve("tiny"));
        Files.createFile(folder.resolve("style.safetensors"));
        var recipe = Recipe.read(picture);
        assertThat(recipe.model().path()).contains(folder.resolve("tiny"));
        assertThat(recipe.loras().getFirst().file()).isEqualTo(folder.resolve("style.safetensors"));
        assertThat(recipe.hierarchy().orElseThrow().lora()).contains(Path.of("levels"));
    }

    @Test
    void aPictureNamesItsFilesAsSeenFromThere() throws IOException {
        var real = folder.toRealPath();
        var tiny = Files.createDirectories(real.resolve("models/tiny"));
        var picture = Files.createDirectories(real.resolve("out/today")).resolve("a.png");
        var recipe = Recipe.parse("a", RECIPE.replace("\"path\":\"tiny\"", "\"path\":\"" + tiny + "\""));
        var json = recipe.toJson(Optional.of(picture));
        assertThat(json).contains("\"path\":\"../../models/tiny\"").doesNotContain(real.toString());
        PngFile.write(picture, new RgbImage(1, 1, new byte[3]), Map.of(Recipe.KEYWORD, json));
        // Both are moved together.
        var moved = Files.move(
                Files.createDirectories(real.resolve("b")).getParent().resolve("out"), real.resolve("b/out"));
        Files.move(real.resolve("models"), real.resolve("b/models"));
        var found = Recipe.read(moved.resolve("today/a.png")).model().path().orElseThrow();
        assertThat(found.toRealPath()).isEqualTo(real.resolve("b/models/tiny"));
        // Without a place there are only names.
        assertThat(recipe.toJson(Optional.empty())).contains("\"path\":\"tiny\"");
    }

    @Test
    void aPictureThroughALinkSeesTheRealFolders() throws IOException {
        var real = folder.toRealPath();
        var tiny = Files.createDirectories(real.resolve("models/tiny"));
        Files.createDirectories(real.resolve("deep/out"));
        var link = Files.createSymbolicLink(real.resolve("link"), real.resolve("deep/out"));
        var way = RelativePath.of(tiny, Optional.of(link.resolve("a.png")));
        assertThat(way).isEqualTo(Path.of("../../models/tiny"));
        assertThat(RelativePath.find(way, link.resolve("a.png")).toRealPath()).isEqualTo(tiny);
    }

    @Test
    void aHomeFolderSeenFromOutsideIsNotNamed() throws IOException {
        var home = Files.createDirectories(folder.toRealPath().resolve("home/ada/models/tiny"));
        var outside = Files.createDirectories(folder.toRealPath().resolve("data"));
        assertThat(RelativePath.of(home, Optional.of(outside.resolve("a.png")))).isEqualTo(Path.of("tiny"));
        var inside = Files.createDirectories(folder.toRealPath().resolve("home/ada/pictures"));
        assertThat(RelativePath.of(home, Optional.of(inside.resolve("a.png")))).isEqualTo(Path.of("../models/tiny"));
    }

    @Test
    void whatIsNotThereKeepsItsName() {
        var picture = Optional.of(folder.resolve("a.png"));
        assertThat(RelativePath.of(Path.of("upload-1.png"), picture)).isEqualTo(Path.of("upload-1.png"));
        assertThat(RelativePath.of(folder.resolve("gone/x.png").toAbsolutePath(), picture))
                .isEqualTo(Path.of("x.png"));
    }
}
