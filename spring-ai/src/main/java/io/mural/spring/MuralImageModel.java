package io.mural.spring;

import io.micrometer.observation.ObservationRegistry;
import io.mural.Format;
import io.mural.Input;
import io.mural.Mural;
import io.mural.Order;
import io.mural.Picture;
import io.mural.Request;
import io.mural.Sink;
import io.mural.tensor.InputException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.springframework.ai.content.Media;
import org.springframework.ai.image.Image;
import org.springframework.ai.image.ImageGeneration;
import org.springframework.ai.image.ImageMessage;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.ai.image.ImageResponse;
import org.springframework.ai.image.observation.DefaultImageModelObservationConvention;
import org.springframework.ai.image.observation.ImageModelObservationContext;
import org.springframework.ai.image.observation.ImageModelObservationConvention;
import org.springframework.ai.image.observation.ImageModelObservationDocumentation;

/** Spring AI's image model, computed in this JVM. Callers take turns. */
public final class MuralImageModel implements ImageModel, AutoCloseable {
    private static final String PROVIDER = "mural";
    private static final String BASE64 = "b64_json";
    private static final double USUAL_STRENGTH = 0.6;
    private static final ImageModelObservationConvention CONVENTION = new DefaultImageModelObservationConvention();

    private final Mural mural;
    private final MuralImageOptions usual;
    private final ObservationRegistry observations;

    /**
     * @param mural an open model; closed with this
     * @param usual options that requests do not set
     */
    public MuralImageModel(Mural mural, MuralImageOptions usual, ObservationRegistry observations) {
        this.mural = mural;
        this.usual = usual;
        this.observations = observations;
    }

    /** A model without observations. */
    public MuralImageModel(Mural mural, MuralImageOptions usual) {
        this(mural, usual, ObservationRegistry.NOOP);
    }

    @Override
    public ImageResponse call(ImagePrompt prompt) {
        var asked = MuralImageOptions.of(prompt.getOptions());
        var options = asked.or(usual);
        requirePossible(asked, options);
        var seen = new ImagePrompt(prompt.getInstructions(), options);
        var context = ImageModelObservationContext.builder()
                .imagePrompt(seen)
                .provider(PROVIDER)
                .build();
        return ImageModelObservationDocumentation.IMAGE_MODEL_OPERATION
                .observation(null, CONVENTION, () -> context, observations)
                .observe(() -> {
                    var response = make(requests(message(prompt), options));
                    context.setResponse(response);
                    return response;
                });
    }

    private void requirePossible(MuralImageOptions asked, MuralImageOptions options) {
        if (options.style() != null) {
            throw InputException.about(
                    "style", "`style` " + options.style() + ": mural knows no styles; say it in the prompt");
        }
        if (options.responseFormat() != null && !options.responseFormat().equals(BASE64)) {
            throw InputException.about(
                    "response-format",
                    "`response-format` " + options.responseFormat() + ": pictures come as " + BASE64 + " only");
        }
        if (options.model() != null && !options.model().equals(mural.model().name())) {
            throw InputException.about(
                    "model",
                    "`model` " + options.model() + ": the open model is "
                            + mural.model().name());
        }
        if (asked.loras() != null && !asked.loras().equals(usual.loras())) {
            throw InputException.about("loras", "`loras`: they are opened with the model and not changed by a request");
        }
        if ((options.width() == null) != (options.height() == null)) {
            throw InputException.about("size", "`size`: give width and height, or neither");
        }
        if (options.n() != null && options.n() < 1) {
            throw InputException.about("n", "`n` " + options.n() + ": ask for 1 picture or more");
        }
    }

    private static ImageMessage message(ImagePrompt prompt) {
        if (prompt.getInstructions().size() != 1) {
            throw InputException.about(
                    "prompt",
                    "`prompt` has " + prompt.getInstructions().size() + " messages; give one, with all that the picture"
                            + " should show");
        }
        var message = prompt.getInstructions().getFirst();
        if (message.getWeight() != null && message.getWeight() != 1) {
            throw InputException.about(
                    "prompt",
                    "`prompt` has the weight " + message.getWeight() + "; mural knows no weights, leave it out");
        }
        return message;
    }

    private List<Request> requests(ImageMessage message, MuralImageOptions options) {
        var builder = Request.of(message.getText());
        if (options.width() != null) {
            builder.size(options.width(), options.height());
        }
        Optional.ofNullable(options.steps()).ifPresent(builder::steps);
        Optional.ofNullable(options.seed()).ifPresent(builder::seed);
        Optional.ofNullable(options.guidance()).ifPresent(builder::guidance);
        Optional.ofNullable(options.trueCfg()).ifPresent(builder::trueCfg);
        Optional.ofNullable(options.negative()).ifPresent(builder::negative);
        addPictures(builder, message.getMedia(), options);
        var first = builder.build().seeded();
        long seed = first.seed().orElseThrow();
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < Optional.ofNullable(options.n()).orElse(1); i++) {
            requests.add(first.change().seed(seed + i).build());
        }
        return requests;
    }

    /** References where the model takes some; else one picture to start from. */
    private void addPictures(Request.Builder builder, List<Media> media, MuralImageOptions options) {
        if (media == null || media.isEmpty()) {
            return;
        }
        if (mural.takesReferences()) {
            for (int i = 0; i < media.size(); i++) {
                builder.reference(input(media.get(i), i));
            }
            return;
        }
        if (media.size() > 1) {
            throw InputException.about(
                    "media",
                    "`media` has " + media.size() + " pictures; "
                            + mural.model().name() + " starts from one");
        }
        builder.start(input(media.getFirst(), 0));
        builder.strength(Optional.ofNullable(options.strength()).orElse(USUAL_STRENGTH));
    }

    private static Input input(Media media, int number) {
        if (!(media.getData() instanceof byte[] bytes)) {
            throw InputException.about(
                    "media", "`media` is an address; nothing is fetched from addresses, give the picture's bytes");
        }
        return Input.of("media-" + (number + 1), bytes);
    }

    private ImageResponse make(List<Request> requests) {
        long start = System.nanoTime();
        var orders = requests.stream()
                .map(request -> new Order(request, Sink.memory()))
                .toList();
        var pictures = mural.generate(orders, event -> {});
        double seconds = (System.nanoTime() - start) / 1e9;
        return new ImageResponse(pictures.stream()
                .map(picture -> new ImageGeneration(
                        new Image(null, base64(picture)),
                        new MuralImageGenerationMetadata(picture.seed(), picture.recipe(), seconds)))
                .toList());
    }

    private static String base64(Picture picture) {
        var bytes = new ByteArrayOutputStream();
        picture.write(bytes, Format.png());
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /** Closes the model's files. */
    @Override
    public void close() {
        mural.close();
    }
}
