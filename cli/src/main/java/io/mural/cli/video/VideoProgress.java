package io.mural.cli.video;

import io.mural.Pace;
import io.mural.Progress;
import io.mural.cli.progress.Report;
import java.util.HashSet;
import java.util.Set;

/** Tells the report what the stages of one clip say, with the pace of their steps. */
final class VideoProgress implements io.mural.model.pipeline.Progress {
    private static final int CLIP = 1;

    private final Report report;
    private final Set<String> noted = new HashSet<>();
    private Pace pace;

    VideoProgress(Report report) {
        this.report = report;
    }

    @Override
    public void stage(Stage stage, int steps) {
        pace = new Pace(stage, steps, System.nanoTime());
        report.accept(new Progress.StageBegun(CLIP, stage, steps));
    }

    @Override
    public void step(int done) {
        // A run that goes on where another stopped begins with steps that nobody waited for.
        if (done == 0) {
            return;
        }
        long now = System.nanoTime();
        pace.step(done, now);
        report.accept(new Progress.Step(
                CLIP,
                pace.stage(),
                done,
                pace.steps(),
                pace.secondsPerStep().orElse(0),
                pace.secondsLeft(now).orElse(0)));
    }

    @Override
    public void unit(String name) {
        if (pace != null) {
            report.accept(new Progress.Unit(CLIP, pace.stage(), name));
        }
    }

    @Override
    public void note(String line) {
        if (noted.add(line)) {
            report.note(line);
        }
    }
}
