package io.mural.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.mural.Mural;
import io.mural.tensor.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.ai.content.Media;
import org.springframework.ai.image.ImageMessage;
import org.springframework.ai.image.ImageOptions;
import org.springframework.ai.image.ImageOptionsBuilder;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.ai.image.observation.ImageModelObservationContext;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.MimeTypeUtils;

class MuralImageModelTest {
    private static final Path GOLDENS = Path.of("../goldens");
    private static final MuralImageOptions USUAL =
            MuralImageOptions.builder().width(32).height(48).steps(1).seed(7L).build();

    private final List<Observation.Context> observed = new ArrayList<>();

    private MuralImageModel open(String model) {
        var registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStop(Observation.Context context) {
                observed.add(context);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        var mural = Mural.builder().model(GOLDENS.resolve(model)).threads(1).open();
        return new MuralImageModel(mural, USUAL, registry);
    }

    @Tag("full")
    @Test
    void optionsOfARequestGoBeforeTheModels() throws IOException {
        try (var model = open("flux1-tiny")) {
            var response = model.call(new ImagePrompt(
                    "a calm sea",
                    ImageOptionsBuilder.builder().n(2).width(48).height(32).build()));
            assertThat(response.getResults()).hasSize(2);
            var picture = ImageIO.read(new ByteArrayInputStream(
                    Base64.getDecoder().decode(response.getResult().getOutput().getB64Json())));
            assertThat(picture.getWidth()).isEqualTo(48);
            assertThat(response.getResults().stream()
                            .map(each -> ((MuralImageGenerationMetadata) each.getMetadata()).seed()))
                    .containsExactly(7L, 8L);
            var context = (ImageModelObservationContext) observed.getFirst();
            assertThat(context.getOperationMetadata().provider()).isEqualTo("mural");
            assertThat(context.getResponse()).isSameAs(response);
        }
    }

    @Tag("full")
    @Test
    void mediaAreReferencesOrThePictureToStartFrom() throws IOException {
        var picture = Files.readAllBytes(Path.of("../docs/images/sunset.png"));
        var media = new Media(MimeTypeUtils.IMAGE_PNG, new ByteArrayResource(picture));
        var message = new ImageMessage("the same at night", null, List.of(media), Map.of());
        for (var place : List.of("flux1-tiny", "flux2-tiny")) {
            try (var model = open(place)) {
                var made = model.call(new ImagePrompt(message, null)).getResult();
                var recipe = ((MuralImageGenerationMetadata) made.getMetadata()).recipe();
                assertThat(recipe.references().isEmpty()).isEqualTo(place.equals("flux1-tiny"));
                assertThat(recipe.init().isPresent()).isEqualTo(place.equals("flux1-tiny"));
            }
        }
    }

    @Test
    void whatCannotBeIsRefusedByName() {
        try (var model = open("flux1-tiny")) {
            refuses(model, new ImagePrompt("a", options().style("vivid").build()), "`style`");
            refuses(model, new ImagePrompt("a", options().responseFormat("url").build()), "`response-format`");
            refuses(model, new ImagePrompt("a", options().model("other").build()), "the open model is flux1-tiny");
            refuses(model, new ImagePrompt("a", options().n(0).build()), "`n` 0");
            refuses(model, new ImagePrompt(new ImageMessage("a", 2f), (ImageOptions) null), "weight 2.0");
        }
    }

    private static ImageOptionsBuilder options() {
        return ImageOptionsBuilder.builder();
    }

    private static void refuses(MuralImageModel model, ImagePrompt prompt, String what) {
        assertThatThrownBy(() -> model.call(prompt))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(what);
    }
}
