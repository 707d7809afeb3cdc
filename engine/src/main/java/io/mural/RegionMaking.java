package io.mural;

import io.mural.model.pipeline.RegionFigures;
import io.mural.model.pipeline.RegionPipeline;
import io.mural.model.pipeline.RegionPlan;
import io.mural.model.plan.PicturePlan;
import io.mural.model.plan.WeightPlan;
import io.mural.model.request.Editing;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.Pyramid;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Paints a part of a picture beyond the model's own size, for the part's share of the work. */
final class RegionMaking implements Making {
    private final Means means;
    private final Painting painting;
    private final RegionPipeline.Request request;
    private final List<RegionPlan> regions;
    private final Plan plan;
    private final RegionPipeline pipeline;

    RegionMaking(Means means, Request wished, Recipe recipe, Loaded inputs) {
        this.means = means;
        painting = inputs.painting().orElseThrow();
        var model = means.model();
        var hierarchy = recipe.hierarchy().orElseThrow();
        var settings = hierarchy.settings();
        int side = model.tokenPixels();
        var canvas = painting.canvas();
        var whole = model.grid(Math.ceilDiv(canvas.width(), side) * side, Math.ceilDiv(canvas.height(), side) * side);
        var pyramid = Pyramid.of(
                whole, model.nativeGrid().tokens(), settings.geometry().ratio());
        request = request(recipe, inputs, pyramid);
        regions = RegionPipeline.plans(pyramid, painting.cover(), settings);
        var guided = model.guided(hierarchy.lora(model));
        var base = PicturePlan.of(model, request.picture().with(pyramid.base()), Resolver.vae(wished), means.memory());
        long peak = base.peakBytes();
        double flops = base.flops(recipe.steps(), request.picture().sampling().classifierFree());
        int steps = settings.steps() - settings.skipSteps();
        var levels = new ArrayList<Plan.Level>();
        levels.add(Plan.Level.base(pyramid.base(), base));
        var passes = new ArrayList<Plan.Pass>();
        passes.add(levels.getFirst().pass(recipe.steps(), base.decodeFlops()));
        for (var region : regions) {
            var figures = RegionFigures.of(model, guided, region, settings, recipe.textTokens());
            peak = Math.max(peak, figures.peakBytes());
            flops += steps * figures.stepFlops() + figures.guideFlops() + figures.vaeFlops();
            levels.add(new Plan.Level(
                    region.level().grid().pixelWidth(),
                    region.level().grid().pixelHeight(),
                    figures.peakBytes(),
                    figures.stepFlops(),
                    figures.attentionFlops(),
                    true,
                    VaeExtent.BANDS));
            passes.add(levels.getLast().pass(steps, figures.guideFlops() + figures.vaeFlops()));
        }
        requireMemory(peak);
        var weights = WeightPlan.of(model, means.memory() - peak);
        plan = new Plan(
                recipe.seenBy(VaeExtent.BANDS), peak, flops, VaeExtent.BANDS, levels, passes, weights, means.speed());
        pipeline = new RegionPipeline(model, guided, means.device().ops(), weights, means.previews());
    }

    private void requireMemory(long needed) {
        if (needed > means.memory()) {
            throw new InputException("this part of the picture needs " + (needed >> 20) + " MiB of memory but "
                    + (means.memory() >> 20) + " MiB are free; paint a smaller part, or several one after the other");
        }
    }

    private RegionPipeline.Request request(Recipe recipe, Loaded inputs, Pyramid pyramid) {
        var hierarchy = recipe.hierarchy().orElseThrow();
        var edit = recipe.edit();
        var asked = new Inputs(
                Optional.empty(),
                inputs.references(),
                new Editing(Optional.empty(), Optional.empty(), edit.start(), edit.references()));
        return new RegionPipeline.Request(
                recipe.asked(pyramid.base(), asked),
                hierarchy.settings(),
                pyramid,
                recipe.init().orElseThrow().strength(),
                edit.feather().orElseThrow());
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public Picture make(Recipe recipe, Loaded inputs, Sink sink, Events events) {
        var last = regions.getLast();
        events.note(String.format(
                Locale.ROOT,
                "%d windows of the picture, %.1f %% of its tokens with what they see around, are computed",
                last.order().parts().size(),
                100 * last.share()));
        var asked = request(recipe, inputs, request.pyramid());
        var journal = LevelsJournal.of(means, recipe, inputs, sink);
        var patches = pipeline.generate(asked, painting.canvas(), regions, journal, events, events);
        var picture = Output.write(sink, recipe, rows -> painting.canvas().write(patches, rows));
        LevelsJournal.finished(journal);
        return picture;
    }
}
