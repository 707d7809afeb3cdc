package io.mural.evaluate.protocol;

import io.mural.Mural;
import io.mural.Plan;
import io.mural.Recipe;
import io.mural.Request;
import io.mural.Sink;
import io.mural.evaluate.set.Progress;
import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import io.mural.model.image.Resize;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The paper's protocol up to its metrics: a picture a prompt, and beside it the picture of the model's own size enlarged,
 * which belongs into every table. Pictures that are there already are kept, so work that was cut off goes on.
 */
public final class Protocol {
    /** What a picture is the same without: who made it and where. */
    private static final List<String> NOT_ITS_OWN = List.of("mural", "device", "gemm");

    private final Mural mural;
    private final Path out;
    private final List<String> prompts;
    private final Request large;
    private final Request small;
    private final Progress progress;

    /**
     * @param out the folder of all that is made
     * @param large size, seed and all else that the pictures share
     * @param small what the pictures of the model's own size share, but for their size
     */
    public Protocol(Mural mural, Path out, List<String> prompts, Request large, Request small, Progress progress) {
        this.mural = mural;
        this.out = out;
        this.prompts = List.copyOf(prompts);
        this.large = large.seeded();
        this.small = small.change().seed(this.large.seed().orElseThrow()).build();
        this.progress = progress;
    }

    /** The pictures asked for. */
    public Path pictures() {
        return out.resolve("pictures");
    }

    /** Pictures of the model's own size. */
    public Path bases() {
        return out.resolve("base");
    }

    /** Those enlarged to the size asked for. */
    public Path enlarged() {
        return out.resolve("base-enlarged");
    }

    /** What a picture will take. */
    public Plan plan() {
        return mural.plan(of(large, 0));
    }

    /** Whether the pictures are made from smaller ones, so that there is a base to compare with. */
    public boolean hasBase() {
        return !plan().levels().isEmpty();
    }

    /** Makes what is missing; an interrupt stops it at the next unit of the model, and what is finished stays. */
    public void make() {
        folders();
        var bytes = (String.join("\n", prompts) + "\n").getBytes(StandardCharsets.UTF_8);
        WholeFile.write(out.resolve("prompts.txt"), bytes);
        if (hasBase()) {
            make("base", bases(), base());
            enlarge();
        }
        make("pictures", pictures(), large);
    }

    private void folders() {
        try {
            for (var folder : List.of(pictures(), bases(), enlarged())) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw InputException.about(
                    "out", out + ": cannot be made or written to; choose another folder by `out`", e);
        }
    }

    private Request of(Request request, int number) {
        return request.change().prompt(prompts.get(number)).build();
    }

    /** The same at the model's own number of pixels and the same proportions. */
    private Request base() {
        var size = plan().recipe();
        var own = mural.defaults();
        double scale = Math.sqrt((double) own.width() * own.height() / ((double) size.width() * size.height()));
        int token = tokenPixels();
        return small.change()
                .size(side(size.width() * scale, token), side(size.height() * scale, token))
                .build();
    }

    private static int side(double pixels, int token) {
        return Math.max(1, (int) Math.round(pixels / token)) * token;
    }

    /** Pixels on a side of a token of the model. */
    public int tokenPixels() {
        var size = plan().recipe();
        int tokens = mural.tokens(of(large, 0)).picture();
        return (int) Math.round(Math.sqrt((double) size.width() * size.height() / tokens));
    }

    private static Path place(Path folder, int number) {
        return folder.resolve(String.format(Locale.ROOT, "%05d.png", number));
    }

    private void make(String what, Path folder, Request request) {
        long start = System.nanoTime();
        var plan = mural.plan(of(request, 0));
        int made = 0;
        for (int i = 0; i < prompts.size(); i++) {
            var file = place(folder, i);
            if (Files.exists(file)) {
                requireSame(file, plan.recipe(), i);
            } else {
                var sink = Sink.png(file);
                mural.generate(of(request, i), plan.levels().isEmpty() ? sink : sink.resume());
                made++;
            }
            progress.pictures(what, i + 1, prompts.size(), made, (System.nanoTime() - start) / 1e9);
        }
    }

    /** A picture of other settings must not count as one of these. */
    private void requireSame(Path file, Recipe planned, int number) {
        var expected = settings(planned);
        expected.put("prompt", prompts.get(number));
        var found = settings(Recipe.read(file));
        for (var key : expected.keySet()) {
            var there = String.valueOf(found.get(key));
            if (!there.equals(String.valueOf(expected.get(key)))) {
                throw new InputException(file + " is there already with another `" + key.replace('_', '-') + "` ("
                        + there + " instead of " + expected.get(key)
                        + "); take another folder as `out`, or remove it");
            }
        }
    }

    private static Map<String, Object> settings(Recipe recipe) {
        Map<String, Object> json =
                new LinkedHashMap<>(Json.parse("recipe", recipe.toJson()).asMap());
        json.keySet().removeAll(NOT_ITS_OWN);
        return json;
    }

    private void enlarge() {
        var size = plan().recipe();
        for (int i = 0; i < prompts.size(); i++) {
            var file = place(enlarged(), i);
            if (!Files.exists(file)) {
                var base = ImageFile.read(place(bases(), i));
                PngFile.write(file, Resize.lanczos(base, size.width(), size.height()), Map.of());
            }
        }
    }
}
