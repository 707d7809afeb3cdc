package io.mural.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.pipeline.Progress.Stage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
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
        report.stage(Stage.DENOISE, steps);
        for (int i = 1; i <= steps; i++) {
            pass(seconds);
            report.step(i);
        }
    }

    private List<String> drawn() {
        return List.of(text.toString().split(ERASE.replace("[", "\\[")));
    }

    @Test
    void theBarShowsStepPaceAndTimeLeft() {
        try (var report = new BarReport(err, () -> now, () -> 80)) {
            report.begin(1, 1, 7);
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
            report.begin(2, 3, 7);
            report.stage(Stage.DENOISE, 2);
            pass(30);
            report.step(1);
            pass(4);
            report.unit("transformer_blocks.7");
            assertThat(drawn())
                    .last()
                    .isEqualTo("2/3 denoise [========>       ] 1/2  30.0 s/step  ETA 0:26  transformer_blocks.7");
        }
    }

    @Test
    void theBarFitsIntoAnyTerminal() {
        for (int width = 1; width < 100; width++) {
            text.getBuffer().setLength(0);
            int columns = width;
            try (var report = new BarReport(err, () -> now, () -> columns)) {
                report.begin(12, 100, 7);
                steps(report, 100, 200);
                pass(1);
                report.unit("single_transformer_blocks.37");
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
            report.stage(Stage.DECODE, 1);
            report.warn("careful");
            report.stage(Stage.DECODE, 1);
        }
        assertThat(text.toString())
                .isEqualToNormalizingNewlines(
                        ERASE + "decode 0:00" + ERASE + "mural: warning: careful\n" + ERASE + "decode 0:00" + ERASE);
    }

    @Test
    void plainLinesAreOneAStageAndFewWithinASlowOne() {
        try (var report = new PlainReport(err, () -> now)) {
            report.begin(1, 1, 7);
            report.stage(Stage.TEXT, 1);
            pass(0.5);
            report.step(1);
            steps(report, 10, 2);
            report.done(Path.of("out.png"), 7, 20.5);
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
    void warningsStayOnOneLine() {
        try (var report = ProgressMode.NONE.open(err)) {
            report.warn("a\nb\u001b[2J");
        }
        assertThat(text.toString()).isEqualToNormalizingNewlines("mural: warning: a b?[2J\n");
    }
}
