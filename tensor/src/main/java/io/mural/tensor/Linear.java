package io.mural.tensor;

import java.util.List;
import java.util.Optional;

/**
 * A linear layer {@code y = x weight^T + bias + adapters}.
 *
 * @param weight [out, in]
 * @param bias [out], where the layer has one
 * @param adapters low-rank additions, applied in order; the weight itself stays untouched
 */
public record Linear(Matrix weight, Optional<Tensor> bias, List<LowRank> adapters) {
    public Linear {
        adapters = List.copyOf(adapters);
        if (bias.isPresent() && bias.get().shape().size() != weight.rows()) {
            throw new InputException("the bias beside " + weight.name() + " is "
                    + bias.get().shape() + " but the weight is [" + weight.rows() + ", " + weight.cols() + "]");
        }
        for (var adapter : adapters) {
            if (adapter.down().cols() != weight.cols() || adapter.up().rows() != weight.rows()) {
                throw new InputException(adapter.down().name() + " adapts a ["
                        + adapter.up().rows() + ", "
                        + adapter.down().cols() + "] layer but " + weight.name() + " is [" + weight.rows() + ", "
                        + weight.cols() + "]");
            }
        }
    }

    public int in() {
        return weight.cols();
    }

    public int out() {
        return weight.rows();
    }

    /** Outputs {@code from} (inclusive) to {@code to} (exclusive) as a layer of their own, without a copy. */
    public Linear rows(int from, int to) {
        return new Linear(
                weight.rows(from, to),
                bias.map(b -> b.columns(from, to)),
                adapters.stream().map(adapter -> adapter.rows(from, to)).toList());
    }
}
