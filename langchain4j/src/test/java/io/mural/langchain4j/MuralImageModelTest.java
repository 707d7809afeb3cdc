package io.mural.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.image.Image;
import io.mural.Recipe;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MuralImageModelTest {
    private static final Path TINY = Path.of("../goldens/flux1-tiny");
    private static final Path TINY2 = Path.of("../goldens/flux2-tiny");

    private static MuralImageModel open(Path model) {
        return MuralImageModel.builder()
                .model(model)
                .size(64, 80)
                .steps(1)
                .seed(7)
                .threads(1)
                .build();
    }

    private static void requireSize(Image image, int width, int height) throws IOException {
        assertThat(image.mimeType()).isEqualTo("image/png");
        var picture = decoded(image);
        assertThat(picture.getWidth()).isEqualTo(width);
        assertThat(picture.getHeight()).isEqualTo(height);
    }

    @Test
    void picturesComeWithTheirSeedAndRecipe() throws IOException {
        try (var model = open(TINY)) {
            var response = model.generate("a calm sea");
            requireSize(response.content(), 64, 80);
            assertThat(response.metadata()).containsEntry("seed", 7L).containsKey("seconds");
            var recipe = Recipe.parse("the recipe", (String) response.metadata().get("recipe"));
            assertThat(recipe.prompt()).isEqualTo("a calm sea");

            var several = model.generate("a calm sea", 2);
            assertThat(several.content()).hasSize(2);
            assertThat(several.metadata()).containsEntry("seed", List.of(7L, 8L));
            assertThat(several.content().getFirst()).isEqualTo(response.content());
            assertThat(several.content().getLast()).isNotEqualTo(response.content());
        }
    }

    @Tag("full")
    @Test
    void editStartsFromThePictureOrTakesItAsReference() throws IOException {
        for (var place : List.of(TINY, TINY2)) {
            try (var model = open(place)) {
                var first = model.generate("a calm sea").content();
                var edited = model.edit(first, "the same at night");
                requireSize(edited.content(), 64, 80);
                assertThat(edited.content()).isNotEqualTo(first);
                var recipe =
                        Recipe.parse("the recipe", (String) edited.metadata().get("recipe"));
                assertThat(recipe.references().isEmpty()).isEqualTo(place.equals(TINY));
                assertThat(recipe.init().isPresent()).isEqualTo(place.equals(TINY));
            }
        }
    }

    @Tag("full")
    @Test
    void editWithAMaskPaintsWhereItIsTransparent() throws IOException {
        for (var place : List.of(TINY, TINY2)) {
            try (var model = open(place)) {
                var first = model.generate("a calm sea").content();
                var edited = model.edit(first, mask(64, 80, 0), "the same at night");
                var before = decoded(first);
                var after = decoded(edited.content());
                requireSize(edited.content(), 64, 80);
                assertThat(row(after, 0)).isEqualTo(row(before, 0));
                assertThat(row(after, 79)).isNotEqualTo(row(before, 79));
                assertThat(edited.metadata()).containsEntry("seed", 7L).containsKey("recipe");
            }
        }
    }

    /** A mask whose upper half is opaque; the lower half has an alpha of its own. */
    private static Image mask(int width, int height, int alpha) throws IOException {
        var mask = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                mask.setRGB(x, y, (y < height / 2 ? 255 : alpha) << 24);
            }
        }
        var out = new ByteArrayOutputStream();
        ImageIO.write(mask, "png", out);
        return Image.builder()
                .base64Data(Base64.getEncoder().encodeToString(out.toByteArray()))
                .mimeType("image/png")
                .build();
    }

    private static BufferedImage decoded(Image image) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(image.base64Data())));
    }

    private static int[] row(BufferedImage picture, int y) {
        return picture.getRGB(0, y, picture.getWidth(), 1, null, 0, picture.getWidth());
    }

    @Test
    void whatCannotBeIsRefused() throws IOException {
        try (var model = open(TINY)) {
            var image =
                    Image.builder().url(URI.create("http://localhost/a.png")).build();
            assertThatThrownBy(() -> model.edit(image, "a"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("base64Data");
            var opaque = mask(64, 80, 255);
            assertThatThrownBy(() -> model.edit(opaque, image, "a"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the mask is an address");
            assertThatThrownBy(() -> model.edit(opaque, opaque, "a"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("opaque everywhere");
            assertThatThrownBy(() -> model.generate("a", 0)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
