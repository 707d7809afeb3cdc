package io.mural.model.pipeline;

import io.mural.model.flux1.Flux1Transformer;
import io.mural.model.flux1.Flux1Transformer.Context;
import io.mural.model.flux1.GuidedTransformer;
import io.mural.model.hierarchical.GuideMemory;
import io.mural.model.sampling.Latents;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.Optional;

/** The transformer with all that stays the same over the steps of one picture, classifier-free guidance included. */
final class Denoiser {
    private final Ops ops;
    private final Flux1Transformer transformer;
    private final int tokens;
    private final double trueCfg;
    private final Context positive;
    private final Optional<Context> negative;

    private Denoiser(
            Ops ops,
            Flux1Transformer transformer,
            int tokens,
            double trueCfg,
            Context positive,
            Optional<Context> negative) {
        this.ops = ops;
        this.transformer = transformer;
        this.tokens = tokens;
        this.trueCfg = trueCfg;
        this.positive = positive;
        this.negative = negative;
    }

    /** For a picture at once: latents in raster order, every token seeing every other. */
    static Denoiser of(Ops ops, Flux1Transformer transformer, GenerationRequest request, PromptPair embeds) {
        return new Denoiser(
                ops,
                transformer,
                request.imageTokens(),
                request.trueCfg(),
                whole(ops, transformer, request, embeds.positive()),
                embeds.negative().map(negative -> whole(ops, transformer, request, negative)));
    }

    /** For a picture with a guide: latents in the scene's order. */
    static Denoiser of(
            Ops ops,
            GuidedTransformer guided,
            GuidedTransformer.Scene scene,
            HierarchicalSettings settings,
            PromptPair embeds,
            GuideMemory memory) {
        return new Denoiser(
                ops,
                guided.transformer(),
                scene.order().tokens(),
                settings.trueCfg(),
                guided(ops, guided, scene, settings, embeds.positive(), memory),
                embeds.negative().map(negative -> guided(ops, guided, scene, settings, negative, memory)));
    }

    private static Context whole(
            Ops ops, Flux1Transformer transformer, GenerationRequest request, PromptEmbeds embeds) {
        int textTokens = embeds.textTokens();
        return new Context(
                tokens(ops, embeds),
                pooled(ops, embeds),
                request.guidance(),
                transformer.positions(ops, textTokens, request.gridHeight(), request.gridWidth()));
    }

    private static Context guided(
            Ops ops,
            GuidedTransformer guided,
            GuidedTransformer.Scene scene,
            HierarchicalSettings settings,
            PromptEmbeds embeds,
            GuideMemory memory) {
        return guided.context(ops, scene, tokens(ops, embeds), pooled(ops, embeds), settings.guidance(), memory);
    }

    private static Tensor tokens(Ops ops, PromptEmbeds embeds) {
        return ops.tensor(embeds.tokens(), embeds.textTokens(), embeds.width());
    }

    private static Tensor pooled(Ops ops, PromptEmbeds embeds) {
        return ops.tensor(embeds.pooled(), 1, embeds.pooled().length);
    }

    /** The velocity of packed latents at noise level {@code sigma}. */
    float[] velocity(float[] latents, double sigma) {
        var velocity = evaluate(latents, sigma, positive);
        if (negative.isPresent()) {
            Latents.guide(velocity, evaluate(latents, sigma, negative.get()), (float) trueCfg);
        }
        return velocity;
    }

    private float[] evaluate(float[] latents, double sigma, Context context) {
        var result = new float[1][];
        ops.unit("evaluation", () -> {
            var x = ops.tensor(latents, tokens, transformer.config().inChannels());
            result[0] = ops.read(transformer.forward(ops, x, sigma, context));
        });
        return result[0];
    }
}
