package io.mural.model.flux1;

import io.mural.model.layers.Mlp;
import io.mural.model.layers.Sinusoid;
import io.mural.tensor.Activation;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.Optional;

/**
 * The vector that modulates every block: embedded time, guidance scale and pooled text, summed.
 *
 * @param guidance present in models distilled with a guidance scale
 */
record Conditioning(Mlp timestep, Optional<Mlp> guidance, Mlp text) {
    private static final int SINUSOID_DIMS = 256;
    /** Time and guidance enter the sinusoid in thousandths. */
    private static final double RANGE = 1000;

    static Conditioning load(Weights embed, Flux1Config config) {
        int hidden = config.hidden();
        return new Conditioning(
                embedder(embed.under("timestep_embedder"), SINUSOID_DIMS, hidden),
                config.guidanceEmbeds()
                        ? Optional.of(embedder(embed.under("guidance_embedder"), SINUSOID_DIMS, hidden))
                        : Optional.empty(),
                embedder(embed.under("text_embedder"), config.pooledProjectionDim(), hidden));
    }

    private static Mlp embedder(Weights weights, int in, int hidden) {
        return new Mlp(
                weights.linear("linear_1", in, hidden), Activation.SILU, weights.linear("linear_2", hidden, hidden));
    }

    /**
     * @param time in [0, 1]
     * @param scale the guidance scale, ignored by models without its embedding
     * @param pooled [1, pooledProjectionDim]
     * @return silu of the sum, [1, hidden]: what every modulation starts from
     */
    Tensor forward(Ops ops, double time, double scale, Tensor pooled) {
        var sum = timestep.forward(ops, sinusoid(ops, time));
        if (guidance.isPresent()) {
            ops.add(sum, guidance.get().forward(ops, sinusoid(ops, scale)));
        }
        ops.add(sum, text.forward(ops, pooled));
        ops.activate(sum, Activation.SILU);
        return sum;
    }

    private static Tensor sinusoid(Ops ops, double value) {
        return ops.tensor(Sinusoid.of(value * RANGE, SINUSOID_DIMS), 1, SINUSOID_DIMS);
    }
}
