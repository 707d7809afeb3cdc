package io.mural.spring;

import java.nio.file.Path;
import java.util.List;
import org.springframework.ai.image.ImageOptions;

/**
 * How pictures are made; null is the model's own default, and in a request what the model was built with.
 *
 * @param n pictures, with the seeds S, S+1, ...
 * @param model the name of a model; only the one that is open can be asked for
 * @param width pixels, a multiple of 16; with {@code height} or not at all
 * @param responseFormat {@code b64_json}, the only one there is
 * @param style none is known, so it is refused
 * @param guidance distilled guidance scale, for models that take one
 * @param trueCfg classifier-free guidance scale; 1 for none
 * @param negative what classifier-free guidance steers away from
 * @param loras style LoRAs, opened with the model; a request cannot change them
 * @param strength how far to leave the picture that a request starts from, with models that take no references
 */
public record MuralImageOptions(
        Integer n,
        String model,
        Integer width,
        Integer height,
        String responseFormat,
        String style,
        Long seed,
        Integer steps,
        Double guidance,
        Double trueCfg,
        String negative,
        List<Lora> loras,
        Double strength)
        implements ImageOptions {

    /**
     * A style LoRA.
     *
     * @param scale strength, 1 as trained
     */
    public record Lora(Path file, double scale) {}

    /** For options, by name. */
    public static Builder builder() {
        return new Builder();
    }

    /** Options of any kind, as ours. */
    static MuralImageOptions of(ImageOptions options) {
        if (options instanceof MuralImageOptions ours) {
            return ours;
        }
        if (options == null) {
            return builder().build();
        }
        return new Builder()
                .n(options.getN())
                .model(options.getModel())
                .width(options.getWidth())
                .height(options.getHeight())
                .responseFormat(options.getResponseFormat())
                .style(options.getStyle())
                .build();
    }

    /** What is set here, and else what is set there. */
    MuralImageOptions or(MuralImageOptions other) {
        return new MuralImageOptions(
                either(n, other.n),
                either(model, other.model),
                either(width, other.width),
                either(height, other.height),
                either(responseFormat, other.responseFormat),
                either(style, other.style),
                either(seed, other.seed),
                either(steps, other.steps),
                either(guidance, other.guidance),
                either(trueCfg, other.trueCfg),
                either(negative, other.negative),
                either(loras, other.loras),
                either(strength, other.strength));
    }

    private static <T> T either(T one, T other) {
        return one != null ? one : other;
    }

    @Override
    public Integer getN() {
        return n;
    }

    @Override
    public String getModel() {
        return model;
    }

    @Override
    public Integer getWidth() {
        return width;
    }

    @Override
    public Integer getHeight() {
        return height;
    }

    @Override
    public String getResponseFormat() {
        return responseFormat;
    }

    @Override
    public String getStyle() {
        return style;
    }

    /** Collects options; each method sets what its name says. */
    public static final class Builder {
        private Integer n;
        private String model;
        private Integer width;
        private Integer height;
        private String responseFormat;
        private String style;
        private Long seed;
        private Integer steps;
        private Double guidance;
        private Double trueCfg;
        private String negative;
        private List<Lora> loras;
        private Double strength;

        private Builder() {}

        public Builder n(Integer pictures) {
            n = pictures;
            return this;
        }

        public Builder model(String name) {
            model = name;
            return this;
        }

        public Builder width(Integer pixels) {
            width = pixels;
            return this;
        }

        public Builder height(Integer pixels) {
            height = pixels;
            return this;
        }

        public Builder responseFormat(String format) {
            responseFormat = format;
            return this;
        }

        public Builder style(String name) {
            style = name;
            return this;
        }

        public Builder seed(Long number) {
            seed = number;
            return this;
        }

        public Builder steps(Integer number) {
            steps = number;
            return this;
        }

        public Builder guidance(Double scale) {
            guidance = scale;
            return this;
        }

        public Builder trueCfg(Double scale) {
            trueCfg = scale;
            return this;
        }

        public Builder negative(String prompt) {
            negative = prompt;
            return this;
        }

        public Builder loras(List<Lora> adapters) {
            loras = adapters == null ? null : List.copyOf(adapters);
            return this;
        }

        public Builder strength(Double part) {
            strength = part;
            return this;
        }

        public MuralImageOptions build() {
            return new MuralImageOptions(
                    n,
                    model,
                    width,
                    height,
                    responseFormat,
                    style,
                    seed,
                    steps,
                    guidance,
                    trueCfg,
                    negative,
                    loras,
                    strength);
        }
    }
}
