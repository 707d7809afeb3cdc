package io.mural.model.family;

import io.mural.model.hierarchical.Scene;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.request.Conditions;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.sampling.Latents;
import io.mural.tensor.Ops;
import java.util.Optional;

/** A transformer over the steps of one picture, classifier-free guidance included. */
public final class Denoiser {
    /** Rows that are read at a time: new arrays of all of them at every step would fill the heap. */
    private static final int ROWS = 1 << 16;

    private final Ops ops;
    private final int tokens;
    private final int features;
    private final double trueCfg;
    private final Evaluation positive;
    private final Optional<Evaluation> negative;
    private float[] velocity = new float[0];
    private float[] other = new float[0];

    private Denoiser(
            Ops ops, int tokens, int features, double trueCfg, Evaluation positive, Optional<Evaluation> negative) {
        this.ops = ops;
        this.tokens = tokens;
        this.features = features;
        this.trueCfg = trueCfg;
        this.positive = positive;
        this.negative = negative;
    }

    /** For a picture at once: latents in raster order, every token seeing every other. */
    public static Denoiser of(
            Ops ops, PictureModel model, GenerationRequest request, PromptPair embeds, Conditions conditions) {
        return new Denoiser(
                ops,
                request.grid().tokens(),
                model.features(),
                request.sampling().trueCfg(),
                model.evaluation(ops, request, embeds.positive(), conditions),
                embeds.negative().map(negative -> model.evaluation(ops, request, negative, conditions)));
    }

    /** For a picture with a guide: latents in the scene's order. */
    public static Denoiser of(
            Ops ops,
            PictureModel model,
            GuidedModel guided,
            Scene scene,
            HierarchicalSettings settings,
            PromptPair embeds,
            OutsideMemory memory) {
        return new Denoiser(
                ops,
                scene.order().tokens(),
                model.features(),
                settings.trueCfg(),
                guided.evaluation(ops, scene, settings, embeds.positive(), memory),
                embeds.negative().map(negative -> guided.evaluation(ops, scene, settings, negative, memory)));
    }

    /** The velocity of packed latents at noise level {@code sigma}; valid until the next call. */
    public float[] velocity(float[] latents, double sigma) {
        if (velocity.length != latents.length) {
            velocity = new float[latents.length];
            other = new float[negative.isPresent() ? latents.length : 0];
        }
        evaluate(velocity, latents, sigma, positive);
        if (negative.isPresent()) {
            evaluate(other, latents, sigma, negative.get());
            Latents.classifierFree(velocity, other, (float) trueCfg);
        }
        return velocity;
    }

    private void evaluate(float[] out, float[] latents, double sigma, Evaluation evaluation) {
        ops.unit("evaluation", () -> {
            var result = evaluation.velocity(ops, ops.tensor(latents, tokens, features), sigma);
            for (int from = 0; from < tokens; from += ROWS) {
                var rows = ops.read(result.rows(from, Math.min(tokens, from + ROWS)));
                if (rows.length > 0) { // a plan reads nothing
                    System.arraycopy(rows, 0, out, from * features, rows.length);
                }
            }
        });
    }
}
