package io.mural.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlowMatchScheduleTest {
    private static final Path GOLDENS = Path.of("..", "goldens");
    private static final SchedulerConfig DEV = SchedulerConfig.from(
            Json.read(GOLDENS.resolve("flux1-tiny").resolve("scheduler").resolve("scheduler_config.json")));

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(JsonObject c) {
        int steps = c.integer("steps");
        FlowMatchSchedule schedule;
        if (!c.bool("dynamic")) {
            schedule = FlowMatchSchedule.fixed(steps, c.number("shift"));
        } else if (c.string("family").equals("flux1")) {
            assertThat(DEV.mu(c.integer("image_seq_len"))).isEqualTo(c.number("mu"));
            schedule = DEV.schedule(steps, c.integer("image_seq_len"), Double.POSITIVE_INFINITY);
        } else {
            schedule = FlowMatchSchedule.dynamic(steps, c.number("mu"));
        }
        var sigmas = c.numbers("sigmas");
        var timesteps = c.numbers("timesteps");
        assertThat(schedule.steps()).isEqualTo(steps).isEqualTo(timesteps.length);
        for (int i = 0; i <= steps; i++) {
            assertThat((double) schedule.sigma(i)).as("sigma %d", i).isEqualTo(sigmas[i]);
        }
        for (int i = 0; i < steps; i++) {
            assertThat((double) schedule.timestep(i)).as("timestep %d", i).isEqualTo(timesteps[i]);
            assertThat(schedule.delta(i)).isEqualTo((float) sigmas[i + 1] - (float) sigmas[i]);
        }
    }

    static List<JsonObject> cases() throws Exception {
        String list = Files.readString(GOLDENS.resolve("cases").resolve("schedules.json"));
        return Json.parse("schedules.json", "{\"cases\": " + list + "}").objects("cases");
    }

    @Test
    void boundsMu() {
        var bounded = DEV.schedule(20, 65536, 1.15);
        assertThat(bounded.sigma(7))
                .isEqualTo(FlowMatchSchedule.dynamic(20, 1.15).sigma(7));
        assertThat(DEV.schedule(20, 256, 1.15).sigma(7))
                .isEqualTo(FlowMatchSchedule.dynamic(20, 0.5).sigma(7));
    }

    @Test
    void leavesSigmasAloneWithoutAShift() {
        var schnell = SchedulerConfig.from(Json.parse("s", "{\"shift\": 1.0, \"use_dynamic_shifting\": false}"));
        var schedule = schnell.schedule(4, 4096, Double.POSITIVE_INFINITY);
        assertThat(Stream.of(0, 1, 2, 3, 4).map(schedule::sigma)).containsExactly(1f, 0.75f, 0.5f, 0.25f, 0f);
        var single = schnell.schedule(1, 4096, Double.POSITIVE_INFINITY);
        assertThat(Stream.of(0, 1).map(single::sigma)).containsExactly(1f, 0f);
    }

    @ParameterizedTest
    @CsvSource({"20, 1.0, 0", "20, 0.6, 8", "20, 0.05, 19", "10, 0.55, 4", "28, 0.3, 19", "4, 0.01, 3", "50, 0.58, 21"})
    void startsImageToImageWhereTheReferenceDoes(int steps, double strength, int first) {
        var schedule = FlowMatchSchedule.dynamic(steps, 0.8);
        assertThat(schedule.firstStep(strength)).isEqualTo(first);
        var rest = schedule.from(first);
        assertThat(rest.steps()).isEqualTo(steps - first);
        assertThat(rest.sigma(0)).isEqualTo(schedule.sigma(first));
        assertThat(rest.sigma(rest.steps())).isZero();
    }

    @Test
    void namesBadNumbers() {
        var schedule = FlowMatchSchedule.fixed(20, 3);
        fails(() -> schedule.firstStep(1.5), "strength 1.5: choose a number from 0 to 1");
        fails(() -> schedule.firstStep(Double.NaN), "strength NaN: choose a number from 0 to 1");
        fails(() -> schedule.firstStep(0), "strength 0.0 leaves none of 20 steps: choose more");
        fails(() -> schedule.from(20), "cannot skip 20 of 20 steps: at least one must remain");
        fails(() -> FlowMatchSchedule.fixed(0, 3), "0 steps: choose 1 to 10000");
        fails(() -> FlowMatchSchedule.dynamic(1_000_000_000, 1), "1000000000 steps: choose 1 to 10000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"use_karras_sigmas\": true}|s: \"use_karras_sigmas\" is true, which is not supported",
                "{\"shift_terminal\": 0.02}|s: \"shift_terminal\" is set, which is not supported",
                "{\"time_shift_type\": \"linear\"}|s: \"time_shift_type\" is not supported",
                "{\"num_train_timesteps\": 500}|s: \"num_train_timesteps\" is not 1000",
                "{\"shift\": 0}|s: \"shift\" is 0.0, expected a positive number",
                "{\"base_image_seq_len\": 5000}|s: \"max_image_seq_len\" is 4096, expected more than",
                "{\"shift\": \"big\"}|s: \"shift\" is \"big\", expected a number"
            })
    void namesBadConfiguration(String textAndMessage) {
        var parts = textAndMessage.split("\\|");
        fails(() -> SchedulerConfig.from(Json.parse("s", parts[0])), parts[1]);
    }

    private static void fails(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessageStartingWith(message);
    }
}
