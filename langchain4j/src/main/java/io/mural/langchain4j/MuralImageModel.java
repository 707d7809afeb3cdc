package io.mural.langchain4j;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.model.image.ImageModel;
import dev.langchain4j.model.output.Response;
import io.mural.Format;
import io.mural.Input;
import io.mural.Mural;
import io.mural.Order;
import io.mural.Picture;
import io.mural.Request;
import io.mural.Sink;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * LangChain4j's image model, computed in this JVM.
 *
 * <pre>{@code
 * try (var model = MuralImageModel.builder().model(Path.of("FLUX.2-klein-4B")).size(1024, 1024).build()) {
 *     Image image = model.generate("a calm sea").content();
 * }
 * }</pre>
 *
 * <p>Pictures come as PNG files in base64. The metadata of a response hold {@code seed}, {@code recipe} and {@code
 * seconds}; of several pictures, lists of them but for {@code seconds}. Callers take turns.
 */
public final class MuralImageModel implements ImageModel, AutoCloseable {
    private static final double USUAL_STRENGTH = 0.6;

    private final Mural mural;
    private final Request usual;

    private MuralImageModel(Mural mural, Request usual) {
        this.mural = mural;
        this.usual = usual;
    }

    /** For a model, by name. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects how pictures are made; what is not set is the model's default. */
    public static final class Builder {
        private final Mural.Builder mural = Mural.builder();
        private final Request.Builder request = Request.of("");
        private boolean named;

        private Builder() {}

        /** A folder in diffusers layout, or a single safetensors or GGUF file. Default: mural-nano, from its jar. */
        public Builder model(Path folderOrFile) {
            mural.model(folderOrFile);
            named = true;
            return this;
        }

        /** For a single file: the folder that has what the file lacks. */
        public Builder base(Path folder) {
            mural.base(folder);
            return this;
        }

        /** A style LoRA; may be called several times. */
        public Builder lora(Path file, double scale) {
            mural.lora(file, scale);
            return this;
        }

        /** Where to compute, such as {@code cpu} or {@code tornado:cuda:0}. */
        public Builder device(String name) {
            mural.device(name);
            return this;
        }

        /** Threads that compute. */
        public Builder threads(int number) {
            mural.threads(number);
            return this;
        }

        /** Bytes that a picture may take beside the mapped weights. */
        public Builder memory(long bytes) {
            mural.memory(bytes);
            return this;
        }

        /** Pixels, multiples of 16. */
        public Builder size(int width, int height) {
            request.size(width, height);
            return this;
        }

        /** Steps of denoising. */
        public Builder steps(int number) {
            request.steps(number);
            return this;
        }

        /** The first picture's seed; drawn anew for each call where it is not set. */
        public Builder seed(long number) {
            request.seed(number);
            return this;
        }

        /** Distilled guidance scale, for models that take one. */
        public Builder guidance(double scale) {
            request.guidance(scale);
            return this;
        }

        /** Classifier-free guidance scale; 1 for none. */
        public Builder trueCfg(double scale) {
            request.trueCfg(scale);
            return this;
        }

        /** What classifier-free guidance steers away from. */
        public Builder negative(String prompt) {
            request.negative(prompt);
            return this;
        }

        /** For {@code edit} with models without reference pictures: how far to leave the picture; 0.6 where not set. */
        public Builder strength(double part) {
            request.strength(part);
            return this;
        }

        /** Opens the model. */
        public MuralImageModel build() {
            return new MuralImageModel((named ? mural : mural.nano()).open(), request.build());
        }
    }

    @Override
    public Response<Image> generate(String prompt) {
        return first(make(List.of(prompted(prompt))));
    }

    /** Pictures with the seeds S, S+1, ... */
    @Override
    public Response<List<Image>> generate(String prompt, int n) {
        if (n < 1) {
            throw new IllegalArgumentException("n is " + n + "; ask for 1 picture or more");
        }
        var first = prompted(prompt).seeded();
        long seed = first.seed().orElseThrow();
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            requests.add(first.change().seed(seed + i).build());
        }
        return make(requests);
    }

    /** A picture made after another: as a reference where the model takes some, else as the picture it starts from. */
    @Override
    public Response<Image> edit(Image image, String prompt) {
        var input = input("image", image);
        var request = usual.change().prompt(prompt);
        if (mural.takesReferences()) {
            request.reference(input);
        } else {
            request.start(input);
            request.strength(usual.inputs().strength().orElse(USUAL_STRENGTH));
        }
        return first(make(List.of(request.build())));
    }

    /**
     * The picture painted anew where the mask is transparent; elsewhere it keeps its bytes, and it keeps its size.
     *
     * @param mask a picture of the other's size
     */
    @Override
    public Response<Image> edit(Image image, Image mask, String prompt) {
        var painted = input("mask", mask)
                .transparency()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the mask is opaque everywhere; make its alpha 0 where the picture is to be painted"));
        // A picture that is painted in keeps its own size.
        var canvas = new Request.Canvas(Optional.empty(), usual.canvas().vae());
        var request = usual(canvas, usual.inputs())
                .prompt(prompt)
                .change(input("image", image))
                .mask(painted);
        return first(make(List.of(request.build())));
    }

    private Request prompted(String prompt) {
        // The strength is for pictures that start from one.
        var nothing = Request.of("").build().inputs();
        return usual(usual.canvas(), nothing).prompt(prompt).build();
    }

    /** What is usual, but for what is painted on and what it is made from. */
    private Request.Builder usual(Request.Canvas canvas, Request.Inputs inputs) {
        return new Request(usual.from(), usual.text(), canvas, usual.sampling(), inputs, usual.levels()).change();
    }

    private static Input input(String name, Image image) {
        if (image.base64Data() == null) {
            throw new IllegalArgumentException(
                    "the " + name + " is an address; nothing is fetched from addresses, give its bytes as base64Data");
        }
        return Input.of(name, Base64.getDecoder().decode(image.base64Data()));
    }

    private Response<List<Image>> make(List<Request> requests) {
        long start = System.nanoTime();
        var orders = requests.stream()
                .map(request -> new Order(request, Sink.memory()))
                .toList();
        var pictures = mural.generate(orders, event -> {});
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("seed", pictures.stream().map(Picture::seed).toList());
        metadata.put(
                "recipe",
                pictures.stream().map(picture -> picture.recipe().toJson()).toList());
        metadata.put("seconds", (System.nanoTime() - start) / 1e9);
        return Response.from(pictures.stream().map(MuralImageModel::image).toList(), null, null, metadata);
    }

    private static Response<Image> first(Response<List<Image>> all) {
        Map<String, Object> metadata = new LinkedHashMap<>(all.metadata());
        metadata.replaceAll((key, value) -> value instanceof List<?> list ? list.getFirst() : value);
        return Response.from(all.content().getFirst(), null, null, metadata);
    }

    private static Image image(Picture picture) {
        var bytes = new ByteArrayOutputStream();
        picture.write(bytes, Format.png());
        return Image.builder()
                .base64Data(Base64.getEncoder().encodeToString(bytes.toByteArray()))
                .mimeType(Format.png().mediaType())
                .build();
    }

    /** Closes the model's files. */
    @Override
    public void close() {
        mural.close();
    }
}
