package io.mural;

import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A clip that is asked for: immutable, built by name. What is not set comes from the model's own defaults.
 *
 * <pre>{@code
 * var request = VideoRequest.of("a sun sets over the sea").frames(33).seed(7).build();
 * }</pre>
 *
 * @param negative what the clip should not show; counts with guidance
 * @param size pixels; rounded down to multiples of 16
 * @param frames rounded down to four times a number and one
 * @param fps frames a second in the file
 * @param guidance strength of classifier-free guidance; 1 for none
 * @param shift of the noise levels
 * @param solver unipc or euler
 * @param sigmas spacing of the noise levels: diffusers, wan or diffsynth
 */
public record VideoRequest(
        String prompt,
        Optional<String> negative,
        Optional<Size> size,
        Optional<Integer> frames,
        Optional<Integer> fps,
        Optional<Integer> steps,
        Optional<Long> seed,
        Optional<Double> guidance,
        Optional<Double> shift,
        Optional<String> solver,
        Optional<String> sigmas) {

    /** Seeds that nobody chose have 32 bits: torch's generator uses no more, and they can be typed again. */
    private static final long DRAWN_SEEDS = 1L << 32;

    /** The same with a seed, drawn if none was chosen. */
    public VideoRequest seeded() {
        var drawn = seed.or(() -> Optional.of(new SplittableRandom().nextLong(DRAWN_SEEDS)));
        return new VideoRequest(prompt, negative, size, frames, fps, steps, drawn, guidance, shift, solver, sigmas);
    }

    /** A clip of a prompt. */
    public static Builder of(String prompt) {
        return new Builder(prompt);
    }

    /** Collects what is asked for; each method sets what its name says. */
    public static final class Builder {
        private final String prompt;
        private String negative;
        private Size size;
        private Integer frames;
        private Integer fps;
        private Integer steps;
        private Long seed;
        private Double guidance;
        private Double shift;
        private String solver;
        private String sigmas;

        private Builder(String prompt) {
            this.prompt = prompt;
        }

        public Builder negative(String text) {
            negative = text;
            return this;
        }

        public Builder size(int width, int height) {
            size = new Size(width, height);
            return this;
        }

        public Builder frames(int number) {
            frames = number;
            return this;
        }

        public Builder fps(int number) {
            fps = number;
            return this;
        }

        public Builder steps(int number) {
            steps = number;
            return this;
        }

        public Builder seed(long number) {
            seed = number;
            return this;
        }

        public Builder guidance(double strength) {
            guidance = strength;
            return this;
        }

        public Builder shift(double number) {
            shift = number;
            return this;
        }

        public Builder solver(String name) {
            solver = name;
            return this;
        }

        public Builder sigmas(String name) {
            sigmas = name;
            return this;
        }

        public VideoRequest build() {
            return new VideoRequest(
                    prompt,
                    Optional.ofNullable(negative),
                    Optional.ofNullable(size),
                    Optional.ofNullable(frames),
                    Optional.ofNullable(fps),
                    Optional.ofNullable(steps),
                    Optional.ofNullable(seed),
                    Optional.ofNullable(guidance),
                    Optional.ofNullable(shift),
                    Optional.ofNullable(solver),
                    Optional.ofNullable(sigmas));
        }
    }
}
