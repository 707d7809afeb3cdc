package io.mural;

import io.mural.model.pipeline.Progress.Stage;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How long a picture still takes: the operations that its plan has left, at the speed of the latest steps. So it follows
 * the load of the machine, which a plan cannot know.
 */
final class Forecast {
    private final List<Plan.Pass> passes;
    private int pass;
    private double secondsPerFlop;

    Forecast(Plan plan) {
        passes = plan.passes();
    }

    /** @param number of the level that begins, from 1 on */
    void level(int number) {
        pass = Math.min(number, passes.size()) - 1;
    }

    /**
     * To the end of the picture.
     *
     * @param pace of a stage whose step has ended
     * @return empty before the first step of denoising has ended
     */
    OptionalDouble secondsLeft(Pace pace, long now) {
        double after = passes.subList(pass + 1, passes.size()).stream()
                .mapToDouble(Plan.Pass::flops)
                .sum();
        if (pace.stage() == Stage.DENOISE) {
            secondsPerFlop =
                    pace.secondsPerStep().orElseThrow() / passes.get(pass).stepFlops();
            after += passes.get(pass).besideFlops();
        }
        return secondsPerFlop == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(pace.secondsLeft(now).orElseThrow() + after * secondsPerFlop);
    }
}
