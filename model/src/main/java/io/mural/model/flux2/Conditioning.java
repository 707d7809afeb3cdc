package io.mural.model.flux2;

import io.mural.model.layers.Mlp;
import io.mural.model.layers.Sinusoid;
import io.mural.tensor.Activation;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.Optional;

/**
 * The vector that modulates every block: embedded time and, in models distilled with it, the guidance scale.
 *
 * @param guidance present in models distilled with a guidance scale
 */
record Conditioning(Mlp timestep, Optional<Mlp> guidance) {
    /** Time and guidance enter the sinusoid in thousandths. */
    private static final double RANGE = 1000;

    static Conditioning load(Weights embed, Flux2Config config) {
        return new Conditioning(
                embedder(embed.under("timestep_embedder"), config),
                config.guidanceEmbeds()
                        ? Optional.of(embedder(embed.under("guidance_embedder"), config))
                        : Optional.empty());
    }

    private static Mlp embedder(Weights weights, Flux2Config config) {
        return new Mlp(
                weights.linearNoBias("linear_1", config.timestepGuidanceChannels(), config.hidden()),
                Activation.SILU,
                weights.linearNoBias("linear_2", config.hidden(), config.hidden()));
    }

    /**
     * @param time in [0, 1]
     * @param scale the guidance scale, ignored by models without its embedding
     * @return silu of the sum, [1, hidden]: what every modulation starts from
     */
    Tensor forward(Ops ops, double time, double scale) {
        var sum = embed(ops, timestep, time);
        if (guidance.isPresent()) {
            ops.add(sum, embed(ops, guidance.get(), scale));
        }
        ops.activate(sum, Activation.SILU);
        return sum;
    }

    private static Tensor embed(Ops ops, Mlp embedder, double value) {
        int dims = embedder.first().in();
        return embedder.forward(ops, ops.tensor(Sinusoid.of(value * RANGE, dims), 1, dims));
    }
}
