package io.mural;

import io.mural.model.edit.Canny;
import io.mural.model.family.PictureModel;
import io.mural.model.image.RgbImage;
import io.mural.model.request.ReferenceImages;
import io.mural.tensor.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The pictures that a picture is made from, read.
 *
 * @param init the one it starts from, as it stands in the recipe
 * @param start the same, its pixels
 * @param referenceFiles those it is made after
 * @param references the same, as the model takes them
 * @param control what a control model follows
 * @param painting the picture it starts from where only a part is painted; {@code start} is empty then
 * @param like the size of the picture whose proportions this one has
 * @param notes what was done to the inputs, a line each
 */
record Loaded(
        Optional<InitImage> init,
        Optional<RgbImage> start,
        List<Path> referenceFiles,
        List<RgbImage> references,
        Optional<RgbImage> control,
        Optional<Painting> painting,
        Optional<Size> like,
        List<String> notes) {
    private static final double USUAL_STRENGTH = 0.6;
    /** Of a part that is painted anew: what was there is forgotten. */
    private static final double PAINTED_STRENGTH = 1;

    Loaded {
        referenceFiles = List.copyOf(referenceFiles);
        references = List.copyOf(references);
        notes = List.copyOf(notes);
    }

    /** Those of the request, else those of the recipe it repeats, for a model. */
    static Loaded of(Request request, PictureModel model) {
        var start = request.start();
        var edit = request.edit();
        double strength = strength(request, start.isPresent());
        var references = request.inputs()
                .references()
                .or(() -> request.from()
                        .map(recipe ->
                                recipe.references().stream().map(Input::of).toList()))
                .orElse(List.of());
        var notes = new ArrayList<String>();
        return new Loaded(
                start.map(input -> new InitImage(input.path(), strength, input.sha256())),
                start.filter(input -> !edit.paintsPart()).map(input -> used(input, notes)),
                references.stream().map(Input::path).toList(),
                references.stream()
                        .map(input -> prepared(used(input, notes), model))
                        .toList(),
                edit.control().map(control -> control(control, notes)),
                start.filter(input -> edit.paintsPart()).map(input -> Painting.of(input, edit, notes)),
                request.inputs().like().map(input -> {
                    var image = input.read();
                    return new Size(image.width(), image.height());
                }),
                notes);
    }

    /** As the model's pipelines take them: FLUX.2 at most a megapixel, Kontext one of its own sizes. */
    private static RgbImage prepared(RgbImage image, PictureModel model) {
        return model.mostReferences() == 1
                ? ReferenceImages.kontext(image)
                : ReferenceImages.prepare(image, model.tokenPixels());
    }

    private static RgbImage used(Input input, List<String> notes) {
        var read = input.asUsed();
        read.notes().stream().filter(note -> !notes.contains(note)).forEach(notes::add);
        return read.image();
    }

    private static RgbImage control(Edit.Control control, List<String> notes) {
        var picture = used(control.picture(), notes);
        return control.canny() ? Canny.edges(picture).toRgb() : picture;
    }

    /** What tells the reference pictures from others; that of the picture to start from stands in the recipe. */
    String fingerprint() {
        var all = new StringBuilder();
        for (var image : references) {
            var sum = new CRC32C();
            sum.update(image.rgb());
            all.append(' ').append(image.width()).append('x').append(image.height());
            all.append(':').append(Long.toHexString(sum.getValue()));
        }
        return all.toString();
    }

    private static double strength(Request request, boolean starts) {
        if (request.inputs().enlarged()) {
            return 0;
        }
        var given = request.inputs().strength();
        given.ifPresent(strength -> {
            if (!starts) {
                throw InputException.about("strength", "`strength` has no effect without `init-image`");
            }
            if (!(strength > 0 && strength <= 1)) {
                throw InputException.about("strength", "`strength` " + strength + ": choose more than 0, at most 1");
            }
        });
        return given.or(() -> request.from().flatMap(Recipe::init).map(InitImage::strength))
                .orElse(request.edit().paintsPart() ? PAINTED_STRENGTH : USUAL_STRENGTH);
    }
}
