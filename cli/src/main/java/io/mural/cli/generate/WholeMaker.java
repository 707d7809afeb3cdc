package io.mural.cli.generate;

import io.mural.cli.device.DeviceOptions;
import io.mural.cli.device.Memory;
import io.mural.model.image.PngFile;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.plan.PicturePlan;
import io.mural.model.plan.WeightPlan;
import io.mural.model.vae.VaeExtent;
import java.nio.file.Path;
import java.util.Map;

/** Makes pictures at once. */
final class WholeMaker implements Maker {
    private final Settings settings;
    private final Progress progress;
    private final PicturePlan plan;
    private final Forecast forecast;
    private final PicturePipeline pipeline;

    WholeMaker(Settings settings, Recipe first, DeviceOptions.Choice device, Progress progress) {
        this.settings = settings;
        this.progress = progress;
        var request = settings.request(first);
        long budget = Memory.budget();
        plan = PicturePlan.of(settings.model(), request, settings.vae(), budget);
        plan.requireFit(settings.model(), request, settings.vae(), budget);
        Maker.requireHeap(first, PicturePlan.heapBytes(1, 1));
        var weights = WeightPlan.of(settings.model(), budget - plan.peakBytes());
        int evaluated = request.init()
                .map(init -> (int) Math.ceil(init.strength() * request.steps()))
                .orElse(request.steps());
        forecast = new Forecast(weights, plan.flops(evaluated, request.classifierFree()));
        pipeline = new PicturePipeline(settings.model(), device.ops(), weights);
    }

    @Override
    public long peakBytes() {
        return plan.peakBytes();
    }

    @Override
    public Forecast forecast() {
        return forecast;
    }

    @Override
    public VaeExtent vae() {
        return plan.vae();
    }

    @Override
    public void make(Recipe recipe, Path place, Map<String, String> texts) {
        var request = settings.request(recipe);
        var schedule = settings.model().schedule(recipe.steps(), request.imageTokens());
        var result = pipeline.generate(request, schedule, recipe.vae(), progress);
        PngFile.write(place, result.image(), texts);
    }
}
