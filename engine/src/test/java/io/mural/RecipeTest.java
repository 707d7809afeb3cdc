package io.mural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
}
