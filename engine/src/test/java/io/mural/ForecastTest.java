package io.mural;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.pipeline.Progress.Stage;
import io.mural.model.vae.VaeExtent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The time that a picture of two levels has left, by a clock of the test's own. */
class ForecastTest {
    private static final long SECOND = 1_000_000_000L;

    private final Forecast forecast = new Forecast(new Plan(
            null,
            0,
            0,
            VaeExtent.WHOLE,
            List.of(),
            List.of(new Plan.Pass(64, 64, 2, 10, 1, 5), new Plan.Pass(128, 128, 3, 20, 2, 10)),
            null,
            null));

    @Test
    void nothingIsKnownBeforeTheFirstStep() {
        var text = new Pace(Stage.TEXT, 1, 0);
        text.step(1, SECOND);
        assertThat(forecast.secondsLeft(text, SECOND)).isEmpty();
    }

    @Test
    void whatThePlanHasLeftIsAsSlowAsTheLatestSteps() {
        // a second for 10 operations: another step, 5 operations beside, 3 steps of 20, 10 beside
        assertThat(forecast.secondsLeft(step(2, SECOND), SECOND)).hasValue(1 + 0.5 + 6 + 1);
        forecast.level(2);
        // the machine has become half as fast: two steps, 10 operations beside
        assertThat(forecast.secondsLeft(step(3, 4 * SECOND), 4 * SECOND)).hasValue(8 + 2);
    }

    @Test
    void otherStagesAreFollowedByTheLevelsToCome() {
        forecast.secondsLeft(step(2, SECOND), SECOND);
        var decode = new Pace(Stage.DECODE, 2, 0);
        decode.step(1, 3 * SECOND);
        assertThat(forecast.secondsLeft(decode, 3 * SECOND)).hasValue(3 + 6 + 1);
    }

    private static Pace step(int steps, long nanos) {
        var pace = new Pace(Stage.DENOISE, steps, 0);
        pace.step(1, nanos);
        return pace;
    }
}
