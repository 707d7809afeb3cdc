package io.mural.server.jobs;

import io.mural.Progress;
import io.mural.engine.text.Words;
import java.util.LinkedHashMap;
import java.util.Map;

/** How far a job is, measured in operations of its plan. Not for several threads at once. */
final class Advance {
    private static final double LITTLE = 0.02;

    private final Figures figures;
    private final int pictures;
    private final long start = System.nanoTime();
    private int picture;
    private int level;
    private int levels;
    private String stage = "text";
    private int step;
    private int steps;
    private double secondsPerStep;
    private double denoised; // operations of the picture that are done

    /** @param done pictures finished before */
    Advance(Figures figures, int pictures, int done) {
        this.figures = figures;
        this.pictures = pictures;
        this.levels = figures.passes().size();
        this.level = 1;
        this.picture = done;
    }

    /** @param number of the picture in the job */
    void hear(Progress event, int number) {
        switch (event) {
            case Progress.Begun _ -> begin(number);
            case Progress.Level each -> {
                level = each.level();
                levels = each.levels();
                denoised = before(level);
            }
            case Progress.StageBegun each -> {
                stage = Words.of(each.stage());
                step = 0;
                steps = each.steps();
            }
            case Progress.Step each -> step(each);
            default -> {}
        }
    }

    private void begin(int number) {
        picture = number;
        level = 1;
        denoised = 0;
        step = 0;
    }

    private void step(Progress.Step each) {
        step = each.step();
        steps = each.steps();
        secondsPerStep = each.secondsPerStep();
        if (stage.equals("denoise")) {
            var pass = figures.passes().get(Math.min(level, figures.passes().size()) - 1);
            denoised = before(level) + Math.min(step, pass.steps()) * pass.stepFlops();
        }
    }

    /** Operations of denoising before a level. */
    private double before(int number) {
        return figures.passes().stream()
                .limit(number - 1L)
                .mapToDouble(pass -> pass.steps() * pass.stepFlops())
                .sum();
    }

    double fraction() {
        double all = Math.max(figures.flops(), 1);
        double own = picture == 0 ? 0 : picture - 1 + Math.min(1, denoised / all);
        return Math.clamp(own / pictures, 0, 1);
    }

    /** Seconds to the end of the job. */
    double secondsLeft() {
        double fraction = fraction();
        double planned = figures.seconds() * pictures * (1 - fraction);
        double passed = (System.nanoTime() - start) / 1e9;
        return fraction < LITTLE ? planned : passed * (1 - fraction) / fraction;
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("picture", Math.max(1, picture));
        json.put("pictures", pictures);
        json.put("level", level);
        json.put("levels", levels);
        json.put("stage", stage);
        json.put("step", step);
        json.put("steps", steps);
        json.put("seconds_per_step", Math.round(secondsPerStep * 1000) / 1000.0);
        json.put("seconds_left", Math.round(secondsLeft() * 10) / 10.0);
        json.put("fraction", Math.round(fraction() * 10_000) / 10_000.0);
        return json;
    }
}
