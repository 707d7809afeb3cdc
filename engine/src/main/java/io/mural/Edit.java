package io.mural;

import io.mural.model.edit.Margins;
import io.mural.model.edit.Region;
import io.mural.model.request.Editing;
import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What of a picture is changed, and how.
 *
 * @param mask white is painted anew; of any size
 * @param region a rectangle that is painted anew
 * @param extend room around the picture, which is painted
 * @param control what a control model follows
 * @param start how latents are taken of the picture
 * @param references when the references' keys and values are made
 * @param feather pixels over which the painted part fades in, from the mask's border inwards; empty for 16 pixels of a
 *     picture of the model's own size, and so much more of a larger one, at most a quarter of the part
 */
public record Edit(
        Optional<Input> mask,
        Optional<Region> region,
        Margins extend,
        Optional<Control> control,
        Editing.Start start,
        Editing.References references,
        Optional<Integer> feather) {
    static final int USUAL_FEATHER = 16;
    static final int MOST_FEATHER = 4096;

    /** Nothing: a picture from noise, or image to image as the model's pipelines do it. */
    public static final Edit NONE = new Edit(
            Optional.empty(),
            Optional.empty(),
            Margins.NONE,
            Optional.empty(),
            Editing.Start.DRAWN,
            Editing.References.EACH_STEP,
            Optional.empty());

    /**
     * A picture that a control model follows.
     *
     * @param canny whether its edges are to be found first, or it shows edges or depths already
     */
    public record Control(Input picture, boolean canny) {}

    public Edit {
        feather.filter(pixels -> pixels < 0 || pixels > MOST_FEATHER).ifPresent(pixels -> {
            throw InputException.about("feather", "`feather` " + pixels + ": choose 0 to " + MOST_FEATHER + " pixels");
        });
    }

    /** Whether only a part of the picture is painted. */
    public boolean paintsPart() {
        return mask.isPresent() || region.isPresent() || !extend.equals(Margins.NONE);
    }

    /** The same with the pixels it fades in over. */
    Edit feathered(int pixels) {
        return new Edit(mask, region, extend, control, start, references, Optional.of(pixels));
    }

    /** The same with its files where {@code place} finds them. */
    Edit found(UnaryOperator<Path> place) {
        return with(input -> Input.of(place.apply(input.path())));
    }

    /** The same with its files where they are, under other names. */
    Edit called(UnaryOperator<Path> name) {
        return with(input -> input.called(name.apply(input.path())));
    }

    private Edit with(UnaryOperator<Input> other) {
        return new Edit(
                mask.map(other),
                region,
                extend,
                control.map(each -> new Control(other.apply(each.picture()), each.canny())),
                start,
                references,
                feather);
    }

    static Edit of(JsonObject json) {
        Optional<Integer> feather = json.has("feather") ? Optional.of(json.integer("feather")) : Optional.empty();
        feather.filter(pixels -> pixels < 0 || pixels > MOST_FEATHER).ifPresent(pixels -> {
            throw json.error("feather", "is " + pixels + ", expected 0 to " + MOST_FEATHER);
        });
        return new Edit(
                json.has("mask") ? Optional.of(Input.of(Path.of(json.string("mask")))) : Optional.empty(),
                json.has("region") ? Optional.of(Region.of(json.string("region"))) : Optional.empty(),
                json.has("extend") ? Margins.of(json.string("extend")) : Margins.NONE,
                json.has("control")
                        ? Optional.of(new Control(Input.of(Path.of(json.string("control"))), json.bool("canny", false)))
                        : Optional.empty(),
                json.bool("mean", false) ? Editing.Start.MEAN : Editing.Start.DRAWN,
                json.bool("references_once", false) ? Editing.References.ONCE : Editing.References.EACH_STEP,
                feather);
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        mask.ifPresent(input -> {
            json.put("mask", input.path().toString());
            json.put("mask_sha256", input.sha256());
        });
        region.ifPresent(rectangle -> json.put("region", rectangle.toString()));
        if (!extend.equals(Margins.NONE)) {
            json.put("extend", extend.toString());
        }
        control.ifPresent(each -> {
            json.put("control", each.picture().path().toString());
            json.put("control_sha256", each.picture().sha256());
            json.put("canny", each.canny());
        });
        json.put("mean", start == Editing.Start.MEAN);
        json.put("references_once", references == Editing.References.ONCE);
        feather.ifPresent(pixels -> json.put("feather", pixels));
        return json;
    }
}
