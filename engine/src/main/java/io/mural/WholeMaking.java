package io.mural;

import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.plan.PicturePlan;
import io.mural.model.plan.WeightPlan;
import java.util.List;

/** Makes pictures at once. */
final class WholeMaking implements Making {
    private final Means means;
    private final Plan plan;
    private final PicturePipeline pipeline;

    WholeMaking(Means means, Request wished, Recipe recipe, Loaded inputs) {
        this.means = means;
        var model = means.model();
        var request = recipe.request(means.model(), inputs);
        var wanted = Resolver.vae(wished);
        model.schedule(request); // another sampler is refused before any work
        var figures = PicturePlan.of(model, request, wanted, means.memory());
        Making.requireMemory(
                recipe,
                figures.peakBytes(),
                means,
                () -> PicturePlan.largestSquare(model, request, wanted, means.memory()));
        Making.requireHeap(recipe, PicturePlan.heapBytes(1, 1), means);
        var weights = WeightPlan.of(model, means.memory() - figures.peakBytes());
        int evaluated = request.inputs()
                .init()
                .map(init -> (int) Math.ceil(init.strength() * recipe.steps()))
                .orElse(recipe.steps());
        plan = new Plan(
                recipe.seenBy(figures.vae()),
                figures.peakBytes(),
                figures.flops(evaluated, request.sampling().classifierFree()),
                figures.vae(),
                List.of(),
                List.of(Plan.Pass.whole(recipe, evaluated, figures)),
                weights,
                means.speed());
        pipeline = new PicturePipeline(model, means.device().ops(), weights, means.previews());
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public Picture make(Recipe recipe, Loaded inputs, Sink sink, Events events) {
        var request = recipe.request(means.model(), inputs);
        var schedule = means.model().schedule(request);
        var latents = pipeline.latents(request, schedule, recipe.vae(), events, events);
        return Output.write(sink, recipe, rows -> pipeline.decode(latents, request, recipe.vae(), rows, events));
    }
}
