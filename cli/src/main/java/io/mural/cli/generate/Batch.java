package io.mural.cli.generate;

import io.mural.cli.console.Figures;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.device.Memory;
import io.mural.cli.progress.Announcement;
import io.mural.cli.progress.Report;
import io.mural.model.image.PngFile;
import io.mural.model.pipeline.GenerationRequest;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.PicturePlan;
import io.mural.model.pipeline.VaeExtent;
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

    /** @param out where the paths of finished pictures go */
    Batch(Settings settings, DeviceOptions.Choice device, Report report, PrintWriter out) {
        this.settings = settings;
        this.device = device;
        this.report = report;
        this.out = out;
    }

    /** One picture. */
    record Job(String prompt, long seed) {}

    void make(List<Job> jobs, Optional<Path> output) {
        var first = settings.recipe(jobs.getFirst().prompt(), jobs.getFirst().seed(), VaeExtent.WHOLE);
        var places = places(jobs, output);
        var plan = plan(first);
        report.announce(new Announcement(
                first.model().name(),
                jobs.size(),
                first.width(),
                first.height(),
                first.steps(),
                first.seed(),
                device.name(),
                device.threads(),
                plan.peakBytes()));
        warn(jobs, first);
        var pipeline = new PicturePipeline(settings.model(), device.ops());
        for (int i = 0; i < jobs.size(); i++) {
            var job = jobs.get(i);
            report.begin(i + 1, jobs.size(), job.seed());
            make(pipeline, settings.recipe(job.prompt(), job.seed(), plan.vae()), places.get(i));
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

    private PicturePlan plan(Recipe recipe) {
        var request = recipe.request(settings.start());
        long budget = Memory.budget();
        var plan = PicturePlan.of(settings.model(), request, settings.vae(), budget);
        plan.requireFit(settings.model(), request, settings.vae(), budget);
        requireHeap(recipe.width(), recipe.height());
        return plan;
    }

    private static void requireHeap(int width, int height) {
        long heap = Memory.heap();
        long needed = PicturePlan.heapBytes(width, height);
        if (needed > heap) {
            int step = GenerationRequest.TOKEN_PIXELS;
            int side = (int) Math.sqrt(heap / (double) PicturePlan.heapBytes(1, 1)) / step * step;
            throw new InputException("a picture of " + width + "x" + height + " needs " + Figures.bytes(needed)
                    + " of Java's heap memory but it has " + Figures.bytes(heap) + "; --size " + side + "x" + side
                    + " would fit, or give it more by MURAL_JAVA_OPTS=-Xmx" + (needed + (1L << 30) >> 30) + "g");
        }
    }

    private void warn(List<Job> jobs, Recipe recipe) {
        settings.model().notes().forEach(report::warn);
        var changed = settings.from()
                .flatMap(Recipe::init)
                .filter(before -> settings.init().stream()
                        .anyMatch(now -> now.file().equals(before.file())
                                && !now.sha256().equals(before.sha256())));
        changed.ifPresent(before -> report.warn(before.file() + " has changed since the picture of --from was made"));
        var prompts = new LinkedHashSet<String>();
        jobs.forEach(job -> prompts.add(job.prompt()));
        if (recipe.trueCfg() != 1) {
            prompts.add(recipe.negative());
        }
        var truncation = new Truncation(settings.model(), recipe.textTokens());
        prompts.forEach(prompt -> truncation.of(prompt).ifPresent(report::warn));
    }

    private void make(PicturePipeline pipeline, Recipe recipe, Path place) {
        long start = System.nanoTime();
        var request = recipe.request(settings.start());
        var schedule = settings.model().schedule(recipe.steps(), request.imageTokens());
        var result = pipeline.generate(request, schedule, recipe.vae(), report);
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(ParametersText.KEYWORD, ParametersText.of(recipe));
        texts.put(Recipe.KEYWORD, recipe.toJson());
        PngFile.write(place, result.image(), texts);
        report.done(place, recipe.seed(), (System.nanoTime() - start) / 1e9);
        out.println(place);
    }
}
