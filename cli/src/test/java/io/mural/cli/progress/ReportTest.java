package io.mural.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.Progress;
import io.mural.Recipe;
import io.mural.model.pipeline.Progress.Stage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Reports of a picture whose time is told by a clock of the test's own. */
class ReportTest {
    private static final String ERASE = "\r\u001b[K";

    private final StringWriter text = new StringWriter();
    private final PrintWriter err = new PrintWriter(text, true);
    private long now;

    private void pass(double seconds) {
        now += Math.round(seconds * 1e9);
    }

    private void steps(Report report, int steps, double seconds) {
        stage(report, Stage.DENOISE, steps);
        for (int i = 1; i <= steps; i++) {
            pass(seconds);
            step(report, i);
        }
    }

    private static void begin(Report report, int picture, int pictures) {
        var recipe = Recipe.parse("a recipe", """
            {"prompt": "sea", "negative": "", "true_cfg": 1, "width": 64, "height": 64, "steps": 1, "seed": 7,
             "text_tokens": 32, "noise_dtype": "f32", "vae": "whole", "model": {"name": "mural-nano"},
             "device": "cpu"}\
            """);
        report.accept(new Progress.Begun(picture, pictures, recipe));
    }

    private static void stage(Report report, Stage stage, int steps) {
        report.accept(new Progress.StageBegun(1, stage, steps));
    }

    /** Reports keep time by their own clock: the event's is not looked at. */
    private static void step(Report report, int done) {
        report.accept(new Progress.Step(1, Stage.DENOISE, done, done, 0, 0, OptionalDouble.empty()));
    }

    private static void unit(Report report, String name) {
        report.accept(new Progress.Unit(1, Stage.DENOISE, name));
    }

    private List<String> drawn() {
        return List.of(text.toString().split(ERASE.replace("[", "\\[")));
    }

    @Test
    void theBarShowsStepPaceAndTimeLeft() {
        try (var report = new BarReport(err, () -> now, () -> 80)) {
            begin(report, 1, 1);
            steps(report, 4, 1.5);
            assertThat(drawn())
                    .containsExactly(
                            "",
                            "denoise [>                       ] 0/4",
                            "denoise [======>                 ] 1/4  1.50 s/step  ETA 0:05",
                            "denoise [============>           ] 2/4  1.50 s/step  ETA 0:03",
                            "denoise [==================>     ] 3/4  1.50 s/step  ETA 0:02",
                            "denoise [========================] 4/4  1.50 s/step  ETA 0:00");
        }
    }

    @Test
    void theBarShowsTheUnitOfASlowStep() {
        try (var report = new BarReport(err, () -> now, () -> 80)) {
            begin(report, 2, 3);
            stage(report, Stage.DENOISE, 2);
            pass(30);
            step(report, 1);
            pass(4);
            unit(report, "transformer_blocks.7");
            assertThat(drawn())
                    .last()
                    .isEqualTo("2/3 denoise [========>       ] 1/2  30.0 s/step  ETA 0:26  transformer_blocks.7");
        }
    }

    @Test
    void aLargePictureHasATimeOfItsOwn() {
        try (var bar = new BarReport(err, () -> now, () -> 80)) {
            begin(bar, 1, 1);
            bar.accept(new Progress.Level(1, 2, 3, 512, 512, 4));
            aStep(bar);
            assertThat(drawn())
                    .last()
                    .isEqualTo("level 2/3 denoise [=======>      ] 1/2  30.0 s/step  ETA 0:30, the picture 5:00");
        }
        text.getBuffer().setLength(0);
        try (var plain = new PlainReport(err, () -> now)) {
            begin(plain, 1, 1);
            plain.accept(new Progress.Level(1, 2, 3, 512, 512, 4));
            aStep(plain);
            assertThat(text.toString()).contains("denoise 1/2, 30.0 s a step, 0:30 left, the picture 5:00");
        }
    }

    private void aStep(Report report) {
        stage(report, Stage.DENOISE, 2);
        pass(30);
        report.accept(new Progress.Step(1, Stage.DENOISE, 1, 2, 30, 30, OptionalDouble.of(300)));
    }

    @Test
    void theBarFitsIntoAnyTerminal() {
        for (int width = 1; width < 100; width++) {
            text.getBuffer().setLength(0);
            int columns = width;
            try (var report = new BarReport(err, () -> now, () -> columns)) {
                begin(report, 12, 100);
                steps(report, 100, 200);
                pass(1);
                unit(report, "single_transformer_blocks.37");
            }
            assertThat(drawn()).allMatch(line -> line.length() < columns);
        }
    }

    @Test
    void theBarIsDrawnTenTimesASecondAtMost() {
        try (var report = new BarReport(err, () -> now, () -> 80)) {
            steps(report, 1000, 0.01);
            assertThat(drawn()).hasSizeBetween(100, 102);
        }
    }

    @Test
    void theBarIsErasedBeforeOtherLinesAndAtTheEnd() {
        try (var report = new BarReport(err, () -> now, () -> 80)) {
            stage(report, Stage.DECODE, 1);
            report.warn("careful");
            stage(report, Stage.DECODE, 1);
        }
        assertThat(text.toString())
                .isEqualToNormalizingNewlines(
                        ERASE + "decode 0:00" + ERASE + "mural: warning: careful\n" + ERASE + "decode 0:00" + ERASE);
    }

    @Test
    void plainLinesAreOneAStageAndFewWithinASlowOne() {
        try (var report = new PlainReport(err, () -> now)) {
            begin(report, 1, 1);
            stage(report, Stage.TEXT, 1);
            pass(0.5);
            step(report, 1);
            steps(report, 10, 2);
            report.accept(new Progress.Done(1, 1, Optional.of(Path.of("out.png")), 7, 20.5));
        }
        assertThat(text.toString()).isEqualToNormalizingNewlines("""
            text 0.50 s
            denoise 3/10, 2.00 s a step, 0:14 left
            denoise 6/10, 2.00 s a step, 0:08 left
            denoise 9/10, 2.00 s a step, 0:02 left
            denoise 20.0 s, 10 steps of 2.00 s
            out.png: seed 7, 20.5 s
            """);
    }

    @Test
    void stepsThatWereMadeBeforeAreNotCounted() {
        try (var report = new PlainReport(err, () -> now)) {
            stage(report, Stage.DENOISE, 10);
            for (int done = 8; done <= 10; done++) {
                pass(1);
                step(report, done);
            }
            report.accept(new Progress.Done(1, 1, Optional.of(Path.of("out.png")), 7, 3.5));
        }
        assertThat(text.toString()).isEqualToNormalizingNewlines("""
            denoise 3.00 s, the last 3 of 10 steps, 1.00 s each
            out.png: seed 7, 3.50 s
            """);
    }

    @Test
    void warningsStayOnOneLine() {
        try (var report = ProgressMode.NONE.open(err)) {
            report.warn("a\nb\u001b[2J");
        }
        assertThat(text.toString()).isEqualToNormalizingNewlines("mural: warning: a b?[2J\n");
    }
}
