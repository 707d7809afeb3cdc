package io.mural;

import io.mural.model.edit.Margins;
import io.mural.model.edit.Region;
import io.mural.model.request.Editing;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings.Upsampler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A picture that is asked for: immutable, built by name. What is not set comes from the recipe it repeats, if it
 * repeats one, and else from the model's own defaults.
 *
 * <pre>{@code
 * var request = Request.of("a calm sea").size(1024, 768).seed(7).steps(28).build();
 * }</pre>
 *
 * @param from the recipe that is repeated; what is set besides changes it
 */
public record Request(
        Optional<Recipe> from, Text text, Canvas canvas, Sampling sampling, Inputs inputs, Levels levels) {

    /** Seeds that nobody chose have 32 bits: torch's generator uses no more, and they can be typed again. */
    private static final long DRAWN_SEEDS = 1L << 32;

    /**
     * Words.
     *
     * @param negative what classifier-free guidance steers away from
     * @param tokens length that the prompt is cut or padded to
     */
    public record Text(Optional<String> prompt, Optional<String> negative, Optional<Integer> tokens) {}

    /**
     * What is painted on.
     *
     * @param size pixels, multiples of 16
     * @param vae how the autoencoder sees it
     */
    public record Canvas(Optional<Size> size, Optional<Vae> vae) {}

    /**
     * How it is denoised.
     *
     * @param guidance distilled guidance scale, for models that take one
     * @param trueCfg classifier-free guidance scale; 1 for none
     * @param noise the format noise is drawn in
     */
    public record Sampling(
            Optional<Integer> steps,
            Optional<Long> seed,
            Optional<Double> guidance,
            Optional<Double> trueCfg,
            Optional<NoiseDtype> noise) {}

    /**
     * Pictures it is made from.
     *
     * @param start the picture that image to image starts from
     * @param enlarged whether that picture is kept and guides a larger one
     * @param strength how far to leave it: near 0 keeps it, 1 ignores it
     * @param references pictures to make it after
     * @param edit what of the picture is changed, and how
     * @param changed whether the picture is changed in the way that suits the model
     * @param like the picture whose proportions this one has
     */
    public record Inputs(
            Optional<Input> start,
            boolean enlarged,
            Optional<Double> strength,
            Optional<List<Input>> references,
            Optional<Edit> edit,
            boolean changed,
            Optional<Input> like) {}

    /**
     * How a picture beyond the model's own size is made.
     *
     * @param atOnce whether it is made at once all the same
     * @param lora the adapter that teaches the model to look at a smaller picture
     * @param scope whose tokens that adapts
     * @param window side of a window, tokens
     * @param ratio the most a picture grows from level to level
     * @param halo how far a window sees its neighbours, tokens
     * @param skipSteps steps that a level saves by starting from the smaller picture, enlarged
     * @param ntk factor on the base of the rotary frequencies
     */
    public record Levels(
            boolean atOnce,
            Optional<Path> lora,
            Optional<HierarchicalLora.Scope> scope,
            Optional<Integer> window,
            Optional<Integer> ratio,
            Optional<Integer> halo,
            Optional<Integer> skipSteps,
            Optional<Upsampler> upsampler,
            Optional<Double> ntk) {
        /** Whether anything is set that only matters for pictures of several levels. */
        boolean any() {
            return Stream.of(lora, scope, window, ratio, halo, skipSteps, upsampler, ntk)
                    .anyMatch(Optional::isPresent);
        }
    }

    public static Builder of(String prompt) {
        return new Builder().prompt(prompt);
    }

    /** The picture of a recipe again. Its model is another question: {@link Mural.Builder#of} opens that. */
    public static Builder of(Recipe recipe) {
        return new Builder().from(recipe);
    }

    /** The same to change. */
    public Builder change() {
        return new Builder(this);
    }

    /** The prompt, its own or the recipe's. */
    public Optional<String> prompt() {
        return text.prompt().or(() -> from.map(Recipe::prompt));
    }

    /** The seed, its own or the recipe's; empty: it will be drawn. */
    public Optional<Long> seed() {
        return sampling.seed().or(() -> from.map(Recipe::seed));
    }

    /** The picture it starts from, its own or the recipe's. */
    public Optional<Input> start() {
        return inputs.start().or(() -> from.flatMap(Recipe::init).map(image -> Input.of(image.file())));
    }

    /** What of a picture is changed, its own or the recipe's. */
    public Edit edit() {
        return inputs.edit().or(() -> from.map(Recipe::edit)).orElse(Edit.NONE);
    }

    /** The same with a seed: drawn if it has none. */
    public Request seeded() {
        return seed().isPresent()
                ? this
                : change().seed(new SplittableRandom().nextLong(DRAWN_SEEDS)).build();
    }

    /** Collects a request; each method sets what its name says. */
    public static final class Builder {
        private Recipe from;
        private String prompt;
        private String negative;
        private Integer textTokens;
        private Size size;
        private Vae vae;
        private Integer steps;
        private Long seed;
        private Double guidance;
        private Double trueCfg;
        private NoiseDtype noise;
        private Input start;
        private boolean enlarged;
        private Double strength;
        private List<Input> references;
        private Edit edit;
        private boolean changed;
        private Input like;
        private boolean atOnce;
        private Path lora;
        private HierarchicalLora.Scope scope;
        private Integer window;
        private Integer ratio;
        private Integer halo;
        private Integer skipSteps;
        private Upsampler upsampler;
        private Double ntk;

        private Builder() {}

        private Builder(Request request) {
            from = request.from.orElse(null);
            prompt = request.text.prompt.orElse(null);
            negative = request.text.negative.orElse(null);
            textTokens = request.text.tokens.orElse(null);
            size = request.canvas.size.orElse(null);
            vae = request.canvas.vae.orElse(null);
            steps = request.sampling.steps.orElse(null);
            seed = request.sampling.seed.orElse(null);
            guidance = request.sampling.guidance.orElse(null);
            trueCfg = request.sampling.trueCfg.orElse(null);
            noise = request.sampling.noise.orElse(null);
            start = request.inputs.start.orElse(null);
            enlarged = request.inputs.enlarged;
            strength = request.inputs.strength.orElse(null);
            references = request.inputs.references.orElse(null);
            edit = request.inputs.edit.orElse(null);
            changed = request.inputs.changed;
            like = request.inputs.like.orElse(null);
            levels(request.levels);
        }

        private void levels(Levels levels) {
            atOnce = levels.atOnce;
            lora = levels.lora.orElse(null);
            scope = levels.scope.orElse(null);
            window = levels.window.orElse(null);
            ratio = levels.ratio.orElse(null);
            halo = levels.halo.orElse(null);
            skipSteps = levels.skipSteps.orElse(null);
            upsampler = levels.upsampler.orElse(null);
            ntk = levels.ntk.orElse(null);
        }

        private Builder from(Recipe recipe) {
            from = recipe;
            return this;
        }

        public Builder prompt(String text) {
            prompt = Objects.requireNonNull(text, "prompt");
            return this;
        }

        /** What classifier-free guidance steers away from; needs {@link #trueCfg} other than 1. */
        public Builder negative(String text) {
            negative = text;
            return this;
        }

        /** Length that the prompt is cut or padded to. The model's own is best. */
        public Builder textTokens(int tokens) {
            textTokens = tokens;
            return this;
        }

        /** Pixels, multiples of 16. */
        public Builder size(int width, int height) {
            size = new Size(width, height);
            return this;
        }

        public Builder vae(Vae how) {
            vae = how;
            return this;
        }

        public Builder steps(int number) {
            steps = number;
            return this;
        }

        /** Where the noise comes from: the same seed gives the same picture. Drawn where it is not set. */
        public Builder seed(long number) {
            seed = number;
            return this;
        }

        /** Distilled guidance scale, for models that take one. */
        public Builder guidance(double scale) {
            guidance = scale;
            return this;
        }

        /** Classifier-free guidance scale; 1 is none, any other doubles the work of a step. */
        public Builder trueCfg(double scale) {
            trueCfg = scale;
            return this;
        }

        /** The format noise is drawn in; that of the transformer's file where it is not set, as diffusers does. */
        public Builder noise(NoiseDtype dtype) {
            noise = dtype;
            return this;
        }

        /** The picture to start from. */
        public Builder start(Input picture) {
            start = picture;
            return this;
        }

        /** The picture to start from. */
        public Builder start(Path picture) {
            return start(Input.of(picture));
        }

        /** A larger picture with new detail is made of this one, by the hierarchical method. */
        public Builder enlarge(Input picture) {
            enlarged = true;
            return start(picture);
        }

        /** How far to leave the picture it starts from: near 0 keeps it, 1 ignores it. */
        public Builder strength(double part) {
            strength = part;
            return this;
        }

        /** A picture to make this one after, for FLUX.2; may be called several times. */
        public Builder reference(Input picture) {
            references = new ArrayList<>(references == null ? List.of() : references);
            references.add(picture);
            return this;
        }

        /** A picture to make this one after, for FLUX.2; may be called several times. */
        public Builder reference(Path picture) {
            return reference(Input.of(picture));
        }

        Builder references(List<Input> pictures) {
            references = List.copyOf(pictures);
            return this;
        }

        Builder noStart() {
            start = null;
            strength = null;
            return this;
        }

        Builder changed(boolean whether) {
            changed = whether;
            return this;
        }

        Builder like(Input picture) {
            like = picture;
            return this;
        }

        /** Changes a picture in the way that suits the model and the mask. */
        public Builder change(Input picture) {
            changed = true;
            return start(picture);
        }

        /** What of the picture is changed, and how. */
        public Builder edit(Edit how) {
            edit = how;
            return this;
        }

        private Edit edited() {
            return edit != null ? edit : from != null ? from.edit() : Edit.NONE;
        }

        /** Of the picture it starts from, what is white in this one is painted anew. */
        public Builder mask(Input picture) {
            var e = edited();
            return edit(new Edit(
                    Optional.of(picture), e.region(), e.extend(), e.control(), e.start(), e.references(), e.feather()));
        }

        /** Of the picture it starts from, a rectangle is painted anew. */
        public Builder region(Region rectangle) {
            var e = edited();
            return edit(new Edit(
                    e.mask(), Optional.of(rectangle), e.extend(), e.control(), e.start(), e.references(), e.feather()));
        }

        /** The picture it starts from grows, and what is new is painted. */
        public Builder extend(Margins margins) {
            var e = edited();
            return edit(new Edit(e.mask(), e.region(), margins, e.control(), e.start(), e.references(), e.feather()));
        }

        /** A picture of edges or depths, for models that follow one. */
        public Builder control(Input picture) {
            return control(new Edit.Control(picture, false));
        }

        /** A picture whose edges are found, for models that follow edges. */
        public Builder canny(Input picture) {
            return control(new Edit.Control(picture, true));
        }

        private Builder control(Edit.Control control) {
            var e = edited();
            return edit(new Edit(
                    e.mask(), e.region(), e.extend(), Optional.of(control), e.start(), e.references(), e.feather()));
        }

        /** How latents are taken of the picture it starts from. */
        public Builder posterior(Editing.Start how) {
            var e = edited();
            return edit(new Edit(e.mask(), e.region(), e.extend(), e.control(), how, e.references(), e.feather()));
        }

        /** When the keys and values of references are made: in every step as published, or once. */
        public Builder references(Editing.References when) {
            var e = edited();
            return edit(new Edit(e.mask(), e.region(), e.extend(), e.control(), e.start(), when, e.feather()));
        }

        /** Pixels over which the painted part fades in, from the mask's border inwards. */
        public Builder feather(int pixels) {
            var e = edited();
            return edit(new Edit(
                    e.mask(), e.region(), e.extend(), e.control(), e.start(), e.references(), Optional.of(pixels)));
        }

        /** A large picture is made at once, whatever it looks like. */
        public Builder atOnce() {
            atOnce = true;
            return this;
        }

        /** The adapter that teaches the model to look at a smaller picture; else the one its mural.json names. */
        public Builder hierarchicalLora(Path file) {
            lora = file;
            return this;
        }

        /** Whose tokens the hierarchical adapter adapts. */
        public Builder loraScope(HierarchicalLora.Scope whose) {
            scope = whose;
            return this;
        }

        /** Side of a window, tokens. */
        public Builder window(int tokens) {
            window = tokens;
            return this;
        }

        /** The most a picture grows from level to level. */
        public Builder ratio(int most) {
            ratio = most;
            return this;
        }

        /** How far a window sees its neighbours, tokens. */
        public Builder halo(int tokens) {
            halo = tokens;
            return this;
        }

        /** Steps that a level saves by starting from the smaller picture, enlarged; 0 starts from pure noise. */
        public Builder skipSteps(int number) {
            skipSteps = number;
            return this;
        }

        public Builder upsampler(Upsampler how) {
            upsampler = how;
            return this;
        }

        /** Factor on the base of the rotary frequencies. */
        public Builder ntk(double factor) {
            ntk = factor;
            return this;
        }

        public Request build() {
            return new Request(
                    Optional.ofNullable(from),
                    new Text(
                            Optional.ofNullable(prompt),
                            Optional.ofNullable(negative),
                            Optional.ofNullable(textTokens)),
                    new Canvas(Optional.ofNullable(size), Optional.ofNullable(vae)),
                    new Sampling(
                            Optional.ofNullable(steps),
                            Optional.ofNullable(seed),
                            Optional.ofNullable(guidance),
                            Optional.ofNullable(trueCfg),
                            Optional.ofNullable(noise)),
                    new Inputs(
                            Optional.ofNullable(start),
                            enlarged,
                            Optional.ofNullable(strength),
                            Optional.ofNullable(references).map(List::copyOf),
                            Optional.ofNullable(edit),
                            changed,
                            Optional.ofNullable(like)),
                    new Levels(
                            atOnce,
                            Optional.ofNullable(lora),
                            Optional.ofNullable(scope),
                            Optional.ofNullable(window),
                            Optional.ofNullable(ratio),
                            Optional.ofNullable(halo),
                            Optional.ofNullable(skipSteps),
                            Optional.ofNullable(upsampler),
                            Optional.ofNullable(ntk)));
        }
    }
}
