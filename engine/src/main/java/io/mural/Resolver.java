package io.mural;

import io.mural.engine.device.DeviceChoice;
import io.mural.model.edit.Margins;
import io.mural.model.family.PictureModel;
import io.mural.model.request.Editing;
import io.mural.model.request.LoraFile;
import io.mural.model.request.ModelDefaults;
import io.mural.model.request.Tool;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.InputException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Settles what a picture is made from: what the request sets counts first, then the recipe it repeats, then the model's
 * defaults. What would have no effect is refused.
 */
record Resolver(ModelRef place, PictureModel model, List<LoraFile> loras, DeviceChoice device) {

    /** The factor by which a picture may exceed the model's own number of pixels and still be made at once. */
    private static final int MOST_AT_ONCE = 2;

    /** How much the proportions of an enlarged picture may differ: sizes are multiples of 16. */
    private static final double MOST_STRETCH = 1.1;

    /** The recipe of a request with a seed; {@code vae} is decided by memory, where the request leaves it open. */
    Recipe recipe(Request request, Loaded inputs, VaeExtent vae) {
        var defaults = model.defaults();
        var size = size(request, inputs, defaults);
        double trueCfg =
                scale("true-cfg", choose(request, request.sampling().trueCfg(), Recipe::trueCfg, defaults.trueCfg()));
        if (trueCfg == 1 && request.text().negative().isPresent()) {
            throw InputException.about(
                    "negative", "`negative` has no effect while `true-cfg` is 1; add `true-cfg` 2.5 or so");
        }
        if (!inputs.references().isEmpty() && !model.takesReferences()) {
            throw InputException.about(
                    "reference",
                    "`reference`: " + place.name()
                            + " takes no reference pictures; `init-image` starts from a picture");
        }
        if (inputs.references().size() > model.mostReferences()) {
            throw InputException.about(
                    "reference",
                    inputs.references().size() + " reference pictures: " + place.name() + " takes at most "
                            + model.mostReferences() + "; give fewer");
        }
        requireInputs(request, inputs);
        var hierarchy = hierarchy(request, inputs, size, defaults);
        var edit = feathered(request.edit(), inputs, hierarchy.isPresent() ? larger(size, defaults) : 1);
        return new Recipe(
                text(request, defaults),
                new Recipe.Canvas(size, vae),
                sampling(request, defaults, trueCfg),
                new Recipe.Sources(place, loras),
                new Recipe.Inputs(inputs.init(), inputs.referenceFiles(), edit),
                hierarchy,
                new Recipe.Computing(
                        device.name(),
                        device.gemm(),
                        device.precision(),
                        device.products(model.noiseDtype()),
                        device.storage()));
    }

    /** How many times larger a picture's sides are than those the model was made for. */
    private static double larger(Size size, ModelDefaults defaults) {
        return Math.sqrt((double) size.pixels() / defaults.width() / defaults.height());
    }

    /** Where nobody says how a part fades in: as wide as the model sees it, but not so that the part is all border. */
    private static Edit feathered(Edit edit, Loaded inputs, double scale) {
        if (inputs.painting().isEmpty() || edit.feather().isPresent()) {
            return edit;
        }
        var part = edit.region()
                .filter(region -> edit.extend().equals(Margins.NONE))
                .orElseGet(() -> inputs.painting().orElseThrow().cover().bounds());
        int most = Math.min(part.width(), part.height()) / 4;
        return edit.feathered(Math.clamp(Math.round(Edit.USUAL_FEATHER * scale), 0, most));
    }

    /** What a model needs beside a prompt. */
    private void requireInputs(Request request, Loaded inputs) {
        var edit = request.edit();
        switch (model.tool()) {
            case FILL -> {
                if (inputs.painting().isEmpty()) {
                    throw InputException.about(
                            "mask",
                            place.name() + " fills holes in pictures: give it a picture, and a `mask`, a `region` or"
                                    + " room to `extend`");
                }
            }
            case CONTROL -> {
                if (edit.control().isEmpty()) {
                    throw InputException.about(
                            "control",
                            place.name() + " follows a picture of edges or depths: give it one with `control`, or one"
                                    + " whose edges are to be found with `canny`");
                }
            }
            case NONE -> {}
        }
        if (model.tool() != Tool.CONTROL && edit.control().isPresent()) {
            throw InputException.about(
                    "control", "`control`: " + place.name() + " follows no such picture; FLUX.1 Canny and Depth do");
        }
        if (edit.paintsPart() && inputs.init().isEmpty()) {
            throw InputException.about("mask", "`mask`, `region` and `extend` need a picture to paint in");
        }
        if (edit.paintsPart() && request.canvas().size().isPresent()) {
            throw InputException.about(
                    "size", "`size` has no effect where a part of a picture is painted; leave it out");
        }
        if (edit.references() == Editing.References.ONCE && !model.seesPaintedPicture()) {
            throw InputException.about(
                    "references", place.name() + " sees references in every step; leave `references` out");
        }
    }

    private static Recipe.Text text(Request request, ModelDefaults defaults) {
        return new Recipe.Text(
                prompt(request),
                PromptMarks.none(
                        "negative", choose(request, request.text().negative(), Recipe::negative, defaults.negative())),
                within(
                        "text-tokens",
                        choose(request, request.text().tokens(), Recipe::textTokens, defaults.textTokens()),
                        Bounds.MOST_TEXT_TOKENS));
    }

    private Recipe.Sampling sampling(Request request, ModelDefaults defaults, double trueCfg) {
        return new Recipe.Sampling(
                within(
                        "steps",
                        choose(request, request.sampling().steps(), Recipe::steps, defaults.steps()),
                        Bounds.MOST_STEPS),
                seed(request),
                guidance(request, defaults),
                trueCfg,
                choose(request, request.sampling().noise(), Recipe::noiseDtype, NoiseDtype.of(model.noiseDtype())));
    }

    /** How the autoencoder is to see the picture, or empty to decide by memory. */
    static Optional<VaeExtent> vae(Request request) {
        var wanted = request.canvas().vae();
        return wanted.isPresent() ? wanted.get().extent() : request.from().map(Recipe::vae);
    }

    private static String prompt(Request request) {
        var prompt = request.prompt()
                .orElseThrow(() ->
                        InputException.about("prompt", "the prompt is missing; say what the picture should show"));
        if (prompt.isBlank()) {
            throw InputException.about("prompt", "the prompt is empty; say what the picture should show");
        }
        return PromptMarks.none("prompt", prompt);
    }

    private static long seed(Request request) {
        return request.seed().orElseThrow(() -> new IllegalStateException("a seed is drawn before this"));
    }

    /** How a picture too large for the model to make at once is made. */
    private Optional<Hierarchy> hierarchy(Request request, Loaded inputs, Size size, ModelDefaults defaults) {
        var levels = request.levels();
        long most = (long) MOST_AT_ONCE * defaults.width() * defaults.height();
        boolean enlarges = inputs.init().filter(image -> image.strength() == 0).isPresent();
        if (enlarges) {
            requireEnlargeable(request, inputs, size);
        }
        if (!enlarges && size.pixels() <= most || levels.atOnce()) {
            if (levels.any()) {
                throw InputException.about(
                        "size",
                        "`size` " + size + " is made at once; `hierarchical-lora`, `lora-scope`, `window`, `ratio`,"
                                + " `halo`, `skip-steps`, `upsampler` and `ntk` are for larger pictures");
            }
            return Optional.empty();
        }
        var before = request.from().flatMap(Recipe::hierarchy);
        boolean known = levels.lora().isPresent()
                || before.isPresent()
                || model.hierarchicalLora().isPresent();
        if (inputs.painting().isPresent() && (!known || model.tool() != Tool.NONE)) {
            if (levels.any()) {
                throw InputException.about(
                        "hierarchical-lora",
                        place.name() + " paints at once what it fills; leave the settings of levels out");
            }
            return Optional.empty();
        }
        if (levels.lora()
                .or(() -> before.flatMap(Hierarchy::lora))
                .or(model::hierarchicalLora)
                .isEmpty()) {
            throw InputException.about(
                    "size",
                    "`size` " + size + " is more than " + place.name()
                            + " makes at once; give its hierarchical LoRA with `hierarchical-lora`, or add"
                            + " `no-hierarchy`");
        }
        var usual = before.orElseGet(() -> Hierarchy.usual(model.hierarchicalSettings()));
        return Optional.of(Hierarchy.of(
                levels, usual, request.sampling().steps(), request.sampling().guidance()));
    }

    private static void requireEnlargeable(Request request, Loaded inputs, Size size) {
        if (request.levels().atOnce()) {
            throw InputException.about(
                    "no-hierarchy", "`no-hierarchy`: a picture is enlarged by the hierarchical method only");
        }
        var start = inputs.start().orElseThrow();
        double stretch = (double) size.width() / size.height() * start.height() / start.width();
        if (stretch > MOST_STRETCH || stretch < 1 / MOST_STRETCH) {
            throw InputException.about(
                    "size",
                    "`size` " + size + " has other proportions than "
                            + inputs.init().orElseThrow().file() + ", " + start.width() + "x" + start.height()
                            + "; crop the picture first, or choose a size of its shape");
        }
    }

    private Optional<Double> guidance(Request request, ModelDefaults defaults) {
        var given = request.sampling().guidance();
        if (!model.takesGuidance()) {
            if (given.isPresent()) {
                throw InputException.about(
                        "guidance",
                        "`guidance`: " + place.name() + " does not take a distilled guidance scale; `true-cfg` guides"
                                + " every model");
            }
            return Optional.empty();
        }
        double usual = defaults.guidance();
        return Optional.of(scale(
                "guidance", choose(request, given, recipe -> recipe.guidance().orElse(usual), usual)));
    }

    private Size size(Request request, Loaded inputs, ModelDefaults defaults) {
        var given = request.canvas().size();
        if (inputs.painting().isPresent()) {
            var canvas = inputs.painting().get().canvas();
            return new Size(canvas.width(), canvas.height());
        }
        var usual = inputs.start()
                .map(image -> new Size(image.width(), image.height()))
                .or(inputs::like)
                .map(picture -> fitting(picture, defaults))
                .orElse(new Size(defaults.width(), defaults.height()));
        boolean otherStart = request.inputs().start().isPresent();
        var before =
                request.from().filter(recipe -> !otherStart).map(recipe -> new Size(recipe.width(), recipe.height()));
        var size = given.or(() -> before).orElse(usual);
        try {
            var grid = model.grid(size.width(), size.height());
            return new Size(grid.pixelWidth(), grid.pixelHeight());
        } catch (InputException e) {
            throw InputException.about("size", (given.isEmpty() ? "" : "`size` " + size + ": ") + e.getMessage(), e);
        }
    }

    /** A picture's own size, made smaller in its proportions to the area the model was made for. */
    private Size fitting(Size image, ModelDefaults defaults) {
        double area = (double) defaults.width() * defaults.height();
        double scale = Math.min(1, Math.sqrt(area / image.width() / image.height()));
        return new Size(multiple(image.width() * scale), multiple(image.height() * scale));
    }

    private int multiple(double pixels) {
        int step = model.tokenPixels();
        // A hair more, so that a side which is a multiple but for rounding stays as it is.
        return Math.max(step, (int) (pixels * (1 + 1e-9)) / step * step);
    }

    private static int within(String field, int value, int most) {
        if (value < 1 || value > most) {
            throw InputException.about(field, "`" + field + "` " + value + ": choose 1 to " + most);
        }
        return value;
    }

    private static double scale(String field, double scale) {
        if (!(scale >= 0 && scale <= Bounds.LARGEST_SCALE)) {
            throw InputException.about(
                    field, "`" + field + "` " + scale + ": choose 0 to " + (int) Bounds.LARGEST_SCALE);
        }
        return scale;
    }

    private static <T> T choose(Request request, Optional<T> given, Function<Recipe, T> before, T usual) {
        return given.or(() -> request.from().map(before)).orElse(usual);
    }
}
