package io.mural.bench;

import com.sun.management.OperatingSystemMXBean;
import io.mural.Format;
import io.mural.Input;
import io.mural.Mural;
import io.mural.Progress;
import io.mural.Request;
import io.mural.Sink;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Progress.Stage;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.function.Consumer;

/** Pictures of one prompt and seed, made in different ways, with what denoising them took. */
final class AblationPictures {
    private final Mural mural;

    AblationPictures(Mural mural) {
        this.mural = mural;
    }

    /** What pictures to compare have in common. */
    record Subject(String prompt, long seed) {
        /** Of {@code side} pixels. */
        Request.Builder request(int side) {
            return Request.of(prompt).size(side, side).seed(seed);
        }
    }

    /**
     * A picture and what denoising it took, the levels before its last not counted.
     *
     * @param seconds of the clock, what one waits
     * @param processor seconds of all threads of the process, which hardly depend on what else runs
     */
    record Made(RgbImage image, double seconds, double processor) {}

    Made make(Request request) {
        var clock = new Clock();
        var image = mural.generate(request, Sink.memory(), clock).image();
        var took = clock.took();
        return new Made(image, took.wall(), took.processor());
    }

    /** A picture that others grow from. */
    Input guide(Request request) {
        var png = new ByteArrayOutputStream();
        mural.generate(request, Sink.stream(png, Format.png()));
        return Input.of("guide.png", png.toByteArray());
    }

    /** Of the last stage of denoising. */
    private static final class Clock implements Consumer<Progress> {
        private Moment begun;
        private Moment ended;

        @Override
        public void accept(Progress event) {
            if (event instanceof Progress.StageBegun stage && stage.stage() == Stage.DENOISE) {
                begun = Moment.now();
            } else if (event instanceof Progress.Step step && step.stage() == Stage.DENOISE) {
                ended = Moment.now();
            }
        }

        Moment took() {
            return new Moment(ended.wall() - begun.wall(), ended.processor() - begun.processor());
        }
    }

    /** Both clocks, seconds. */
    private record Moment(double wall, double processor) {
        static Moment now() {
            var processor = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getProcessCpuTime();
            return new Moment(System.nanoTime() / 1e9, processor / 1e9);
        }
    }
}
