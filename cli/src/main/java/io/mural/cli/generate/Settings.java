package io.mural.cli.generate;

import io.mural.cli.console.BadUsage;
import io.mural.cli.device.DeviceOptions;
import io.mural.model.family.PictureModel;
import io.mural.model.image.RgbImage;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.LoraFile;
import io.mural.model.request.ModelDefaults;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.InputException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * What a picture is made from, settled: an option counts first, then the recipe of {@code --from}, then the model's
 * defaults. An option that would have no effect is refused.
 *
 * @param start the picture to start from, read
 */
record Settings(
        PictureOptions options,
        HierarchyOptions hierarchyOptions,
        Optional<Recipe> from,
        PictureModel model,
        Model place,
        List<LoraFile> loras,
        Optional<InitImage> init,
        Optional<RgbImage> start,
        References references,
        DeviceOptions.Choice device) {
    private static final double USUAL_STRENGTH = 0.6;
    private static final double LARGEST_SCALE = 100;
    private static final int MOST_TEXT_TOKENS = 2048;
    private static final int MOST_STEPS = 10_000;

    /** Seeds drawn by lot have 32 bits: torch's generator uses no more, and they can be typed again. */
    private static final long LOTS = 1L << 32;

    static Optional<InitImage> init(PictureOptions options, Optional<Recipe> from) {
        var before = from.flatMap(Recipe::init);
        if (options.strength != null) {
            if (options.initImage == null && before.isEmpty()) {
                throw new BadUsage("--strength has no effect without --init-image");
            }
            if (!(options.strength > 0 && options.strength <= 1)) {
                throw new BadUsage("--strength " + options.strength + ": choose more than 0, at most 1");
            }
        }
        double strength = options.strength != null
                ? options.strength
                : before.map(InitImage::strength).orElse(USUAL_STRENGTH);
        return options.initImage != null
                ? Optional.of(InitImage.of(options.initImage, strength))
                : before.map(image -> InitImage.of(image.file(), strength));
    }

    /** The seed of the first picture. */
    long seed() {
        if (options.seed != null && options.seed < 0) {
            throw new BadUsage("--seed " + options.seed + ": choose a number from 0 to " + Long.MAX_VALUE);
        }
        return choose(options.seed, Recipe::seed, new SplittableRandom().nextLong(LOTS));
    }

    /** The recipe of one picture; {@code vae} is decided later, by its memory, where the user leaves it open. */
    Recipe recipe(String prompt, long seed, VaeExtent vae) {
        var defaults = model.defaults();
        var size = size(defaults);
        double trueCfg = scale("--true-cfg", options.trueCfg, Recipe::trueCfg, defaults.trueCfg());
        if (trueCfg == 1 && options.negative != null) {
            throw new BadUsage("--negative has no effect while --true-cfg is 1; add --true-cfg 2.5 or so");
        }
        if (!references.files().isEmpty() && !model.takesReferences()) {
            throw new BadUsage("--reference: " + place.name() + " takes no reference pictures; --init-image starts from"
                    + " a picture");
        }
        return new Recipe(
                prompt,
                choose(options.negative, Recipe::negative, defaults.negative()),
                trueCfg,
                size.width(),
                size.height(),
                within("--steps", choose(options.steps, Recipe::steps, defaults.steps()), MOST_STEPS),
                seed,
                guidance(defaults),
                within(
                        "--text-tokens",
                        choose(options.textTokens, Recipe::textTokens, defaults.textTokens()),
                        MOST_TEXT_TOKENS),
                choose(options.noiseDtype, Recipe::noiseDtype, NoiseDtype.of(model.noiseDtype())),
                vae,
                place,
                loras,
                init,
                references.files(),
                hierarchy(size, defaults),
                device.name(),
                device.gemm());
    }

    /** How a picture too large for the model to make at once is made. */
    private Optional<Hierarchy> hierarchy(SizeOption.Size size, ModelDefaults defaults) {
        long most = (long) Hierarchy.MOST_AT_ONCE * defaults.width() * defaults.height();
        boolean upscales = init.filter(image -> image.strength() == 0).isPresent();
        boolean large = upscales || (long) size.width() * size.height() > most;
        if (!large || hierarchyOptions.noHierarchy) {
            if (hierarchyOptions.any()) {
                throw new BadUsage("--size " + size + " is made at once; --hierarchical-lora, --lora-scope, --window,"
                        + " --ratio, --halo, --skip-steps, --no-warm-start, --upsampler, --ntk, --keep-stages,"
                        + " --preview, --resume and --plan are for larger pictures");
            }
            return Optional.empty();
        }
        var before = from.flatMap(Recipe::hierarchy);
        var lora = Optional.ofNullable(hierarchyOptions.lora)
                .or(() -> before.map(hierarchy -> hierarchy.lora().file()))
                .or(model::hierarchicalLora)
                .orElseThrow(() -> new BadUsage("--size " + size + " is more than " + place.name()
                        + " makes at once; give its hierarchical LoRA with --hierarchical-lora FILE, or add"
                        + " --no-hierarchy"));
        var usual = before.orElseGet(() -> Hierarchy.usual(lora, model.hierarchicalSettings()));
        return Optional.of(Hierarchy.of(
                hierarchyOptions, usual, Optional.ofNullable(options.steps), Optional.ofNullable(options.guidance)));
    }

    /** What a recipe asks the model for. */
    GenerationRequest request(Recipe recipe) {
        return recipe.request(start, references.images());
    }

    /** The user's choice, or empty to decide by memory. */
    Optional<VaeExtent> vae() {
        return options.vae != null ? options.vae.extent : from.map(Recipe::vae);
    }

    private Optional<Double> guidance(ModelDefaults defaults) {
        boolean takesIt = model.takesGuidance();
        if (!takesIt) {
            if (options.guidance != null) {
                throw new BadUsage("--guidance: " + place.name() + " does not take a distilled guidance scale;"
                        + " --true-cfg guides every model");
            }
            return Optional.empty();
        }
        return Optional.of(scale(
                "--guidance",
                options.guidance,
                recipe -> recipe.guidance().orElse(defaults.guidance()),
                defaults.guidance()));
    }

    private SizeOption.Size size(ModelDefaults defaults) {
        var usual = start.map(image -> fitting(image, defaults))
                .orElse(new SizeOption.Size(defaults.width(), defaults.height()));
        boolean otherStart = options.initImage != null;
        var before =
                from.filter(recipe -> !otherStart).map(recipe -> new SizeOption.Size(recipe.width(), recipe.height()));
        var size = options.size != null ? options.size : before.orElse(usual);
        try {
            GenerationRequest.requireSize(size.width(), size.height());
            return size;
        } catch (InputException e) {
            throw new BadUsage((options.size == null ? "" : "--size " + size + ": ") + e.getMessage(), e);
        }
    }

    /** A picture's own size, made smaller in its proportions to the area the model was made for. */
    private static SizeOption.Size fitting(RgbImage image, ModelDefaults defaults) {
        double area = (double) defaults.width() * defaults.height();
        double scale = Math.min(1, Math.sqrt(area / image.width() / image.height()));
        return new SizeOption.Size(multiple(image.width() * scale), multiple(image.height() * scale));
    }

    private static int multiple(double pixels) {
        int step = GenerationRequest.TOKEN_PIXELS;
        // A hair more, so that a side which is a multiple but for rounding stays as it is.
        return Math.max(step, (int) (pixels * (1 + 1e-9)) / step * step);
    }

    private static int within(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new BadUsage(option + " " + value + ": choose 1 to " + most);
        }
        return value;
    }

    private double scale(String option, Double given, Function<Recipe, Double> before, double usual) {
        double scale = choose(given, before, usual);
        if (!(scale >= 0 && scale <= LARGEST_SCALE)) {
            throw new BadUsage(option + " " + scale + ": choose 0 to " + (int) LARGEST_SCALE);
        }
        return scale;
    }

    private <T> T choose(T option, Function<Recipe, T> before, T usual) {
        return option != null ? option : from.map(before).orElse(usual);
    }
}
