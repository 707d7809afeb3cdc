package io.mural.cli.generate;

import io.mural.cli.console.Figures;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.device.Memory;
import io.mural.cli.progress.Announcement;
import io.mural.cli.progress.Report;
import io.mural.model.pipeline.Progress;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pictures made one after the other with one model: checked and planned together, each written when it is ready. */
final class Batch {
    private final Settings settings;
    private final DeviceOptions.Choice device;
    private final Report report;
    private final PrintWriter out;
    private final Optional<MemoryWatch> watch;

    /**
     * @param out where the paths of finished pictures go
     * @param verbose whether to tell what pictures took of the machine
     */
    Batch(Settings settings, DeviceOptions.Choice device, Report report, PrintWriter out, boolean verbose) {
        this.settings = settings;
        this.device = device.heeded(report::note, verbose ? report::note : line -> {});
        this.report = report;
        this.out = out;
        watch = verbose ? Optional.of(new MemoryWatch(report)) : Optional.empty();
    }

    /** One picture. */
    record Job(String prompt, long seed) {}

    void make(List<Job> jobs, Optional<Path> output) {
        var first = settings.recipe(jobs.getFirst().prompt(), jobs.getFirst().seed(), VaeExtent.WHOLE);
        var places = places(jobs, output);
        var notes = applyLoras();
        var progress = watch.<Progress>map(w -> w).orElse(report);
        var maker = first.hierarchy().isPresent()
                ? new LevelsMaker(settings, first, device, progress)
                : new WholeMaker(settings, first, device, progress);
        if (settings.hierarchyOptions().plan && maker instanceof LevelsMaker levels) {
            levels.lines(first).forEach(out::println);
            return;
        }
        report.announce(new Announcement(
                first.model().name(),
                jobs.size(),
                first.width(),
                first.height(),
                first.steps(),
                first.seed(),
                device.name(),
                device.threads(),
                maker.peakBytes(),
                maker.forecast().weights().mapped(),
                maker.forecast().weights().resident()));
        notes.forEach(report::warn);
        maker.forecast().lines(device).forEach(report::note);
        warn(jobs, first);
        if (maker instanceof LevelsMaker levels) {
            levels.lines(first).forEach(report::note);
        }
        for (int i = 0; i < jobs.size(); i++) {
            var job = jobs.get(i);
            report.begin(i + 1, jobs.size(), job.seed());
            make(maker, settings.recipe(job.prompt(), job.seed(), maker.vae()), places.get(i));
        }
    }

    private List<Path> places(List<Job> jobs, Optional<Path> output) {
        var outputs = new Outputs(output, jobs.size());
        List<Path> places = new ArrayList<>();
        for (var job : jobs) {
            places.add(outputs.place(places.size() + 1, job.prompt(), job.seed()));
        }
        outputs.check(places, settings.init().map(InitImage::file).stream().toList());
        return places;
    }

    /**
     * Merges LoRAs, if the copies of weights fit, so that what is planned afterwards is measured beside them.
     *
     * @return what of the LoRAs is not applied
     */
    private List<String> applyLoras() {
        long copies = settings.model().mergedBytes();
        long budget = Memory.budget();
        if (copies > budget) {
            throw new InputException("--lora-mode merge needs " + Figures.bytes(copies) + " of memory for copies of the"
                    + " weights but " + Figures.bytes(budget) + " are free; --lora-mode adapter needs none");
        }
        return settings.model().notes();
    }

    private void warn(List<Job> jobs, Recipe recipe) {
        var changed = settings.from()
                .flatMap(Recipe::init)
                .filter(before -> settings.init().stream()
                        .anyMatch(now -> now.file().equals(before.file())
                                && !now.sha256().equals(before.sha256())));
        changed.ifPresent(before -> report.warn(before.file() + " has changed since the picture of --from was made"));
        settings.from()
                .map(Recipe::device)
                .filter(before -> !before.equals(device.name()))
                .ifPresent(before -> report.warn("the picture of --from was made on " + before + "; on " + device.name()
                        + " it may differ in the last bits; --device chooses another device"));
        var prompts = new LinkedHashSet<String>();
        jobs.forEach(job -> prompts.add(job.prompt()));
        if (recipe.trueCfg() != 1) {
            prompts.add(recipe.negative());
        }
        var truncation = new Truncation(settings.model(), recipe.textTokens());
        prompts.forEach(prompt -> truncation.of(prompt).ifPresent(report::warn));
    }

    private void make(Maker maker, Recipe recipe, Path place) {
        long start = System.nanoTime();
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(ParametersText.KEYWORD, ParametersText.of(recipe));
        texts.put(Recipe.KEYWORD, recipe.toJson());
        maker.make(recipe, place, texts);
        report.done(place, recipe.seed(), (System.nanoTime() - start) / 1e9);
        watch.flatMap(MemoryWatch::line).ifPresent(report::note);
        out.println(place);
    }
}
