package io.mural;

import io.mural.model.family.PictureModel;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.pipeline.HierarchicalPipeline;
import io.mural.model.plan.HierarchicalPlan;
import io.mural.model.plan.WeightPlan;
import io.mural.model.request.Pyramid;
import java.util.ArrayList;
import java.util.List;

/** Makes pictures beyond the model's own size, level by level, with a checkpoint beside the file of each. */
final class LevelsMaking implements Making {
    private final Means means;
    private final HierarchicalPlan figures;
    private final Plan plan;
    private final HierarchicalPipeline pipeline;

    LevelsMaking(Means means, Request wished, Recipe recipe, Loaded inputs) {
        this.means = means;
        var hierarchy = recipe.hierarchy().orElseThrow();
        var model = means.model();
        var guided = model.guided(hierarchy.lora(model));
        var request = recipe.request(means.model(), inputs);
        var levels = hierarchy.settings();
        var wanted = Resolver.vae(wished);
        var pyramid = pyramid(recipe, inputs, model, levels.geometry().ratio());
        model.schedule(request); // another sampler is refused before any work
        figures = HierarchicalPlan.of(model, guided, request, levels, pyramid, wanted, means.memory());
        Making.requireMemory(
                recipe,
                figures.peakBytes(),
                means,
                () -> HierarchicalPlan.largestSquare(model, guided, request, levels, wanted, means.memory()));
        Making.requireHeap(recipe, HierarchicalPlan.heapBytesPerPixel(levels), means);
        var weights = WeightPlan.of(model, means.memory() - figures.peakBytes());
        pipeline = new HierarchicalPipeline(model, guided, means.device().ops(), weights, means.previews());
        var vae = figures.levels().getLast().vae().extent();
        var planned = levels(figures);
        plan = new Plan(
                recipe.seenBy(vae),
                figures.peakBytes(),
                figures.flops(recipe.steps(), levels),
                vae,
                planned,
                passes(figures, planned, recipe.steps(), levels.steps() - levels.skipSteps()),
                weights,
                means.speed());
    }

    private static Pyramid pyramid(Recipe recipe, Loaded inputs, PictureModel model, int ratio) {
        var grid = model.grid(recipe.width(), recipe.height());
        if (recipe.enlarges()) {
            var start = inputs.start().orElseThrow();
            return Pyramid.from(start.height(), start.width(), grid, ratio);
        }
        return Pyramid.of(grid, model.nativeGrid().tokens(), ratio);
    }

    private static List<Plan.Level> levels(HierarchicalPlan figures) {
        List<Plan.Level> levels = new ArrayList<>();
        levels.add(Plan.Level.base(figures.pyramid().base(), figures.base()));
        for (var level : figures.levels()) {
            levels.add(new Plan.Level(
                    level.level().grid().pixelWidth(),
                    level.level().grid().pixelHeight(),
                    level.peakBytes(),
                    level.stepFlops(),
                    level.attentionFlops(),
                    level.memory() == OutsideMemory.KEEP,
                    level.vae().extent()));
        }
        return levels;
    }

    private static List<Plan.Pass> passes(HierarchicalPlan figures, List<Plan.Level> levels, int base, int steps) {
        List<Plan.Pass> passes = new ArrayList<>();
        passes.add(levels.getFirst().pass(base, 0));
        for (int i = 1; i < levels.size(); i++) {
            passes.add(levels.get(i).pass(steps, figures.levels().get(i - 1).besideFlops()));
        }
        return passes;
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public Picture make(Recipe recipe, Loaded inputs, Sink sink, Events events) {
        var journal = LevelsJournal.of(means, recipe, inputs, sink);
        var asked = recipe.request(means.model(), inputs);
        var request = new HierarchicalPipeline.Request(
                asked,
                means.model().schedule(asked.with(figures.pyramid().base())),
                recipe.hierarchy().orElseThrow().settings());
        var latents = pipeline.generate(request, figures, journal, events, events);
        var picture = Output.write(sink, recipe, rows -> pipeline.decode(latents, figures, rows, events));
        LevelsJournal.finished(journal);
        return picture;
    }
}
