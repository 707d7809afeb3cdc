package io.mural.model.pipeline;

import io.mural.model.flux1.Flux1Transformer;
import io.mural.model.sampling.Latents;
import io.mural.tensor.Ops;
import java.util.Optional;

/** The transformer with all that stays the same over the steps of one picture, classifier-free guidance included. */
final class Denoiser {
    private final Ops ops;
    private final Flux1Transformer transformer;
    private final GenerationRequest request;
    private final Flux1Transformer.Context positive;
    private final Optional<Flux1Transformer.Context> negative;

    /** @param negativeEmbeds present with classifier-free guidance */
    Denoiser(
            Ops ops,
            Flux1Transformer transformer,
            GenerationRequest request,
            PromptEmbeds embeds,
            Optional<PromptEmbeds> negativeEmbeds) {
        this.ops = ops;
        this.transformer = transformer;
        this.request = request;
        positive = context(embeds);
        negative = negativeEmbeds.map(this::context);
    }

    private Flux1Transformer.Context context(PromptEmbeds embeds) {
        int tokens = embeds.textTokens();
        return new Flux1Transformer.Context(
                ops.tensor(embeds.tokens(), tokens, embeds.width()),
                ops.tensor(embeds.pooled(), 1, embeds.pooled().length),
                request.guidance(),
                transformer.positions(ops, tokens, request.gridHeight(), request.gridWidth()));
    }

    /** The velocity of packed latents at noise level {@code sigma}. */
    float[] velocity(float[] latents, double sigma) {
        var velocity = evaluate(latents, sigma, positive);
        if (negative.isPresent()) {
            Latents.guide(velocity, evaluate(latents, sigma, negative.get()), (float) request.trueCfg());
        }
        return velocity;
    }

    private float[] evaluate(float[] latents, double sigma, Flux1Transformer.Context context) {
        var result = new float[1][];
        ops.unit("evaluation", () -> {
            var x = ops.tensor(
                    latents, request.imageTokens(), transformer.config().inChannels());
            result[0] = ops.read(transformer.forward(ops, x, sigma, context));
        });
        return result[0];
    }
}
