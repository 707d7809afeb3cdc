package io.mural.train.weights;

import io.mural.model.text.T5Encoder;
import io.mural.tensor.TapeOps;
import io.mural.tensor.Tensor;
import io.mural.train.optimize.Parameter;
import java.util.List;
import java.util.Optional;

/**
 * The gradient of T5's table of relative positions. The model reads the table on the host, so that no operation leads
 * to it: the gradient of the tensor made of it is brought back to the table's rows here.
 */
public final class RelativeBiasGradient {
    private static final String TABLE = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";

    private final TapeOps tape;
    private final T5Encoder encoder;
    private final Parameter table;
    private Optional<Tensor> bias = Optional.empty();

    private RelativeBiasGradient(TapeOps tape, T5Encoder encoder, Parameter table) {
        this.tape = tape;
        this.encoder = encoder;
        this.table = table;
        tape.hearConstants(this::hear);
    }

    /** Empty where the table is not trained. */
    public static Optional<RelativeBiasGradient> of(TapeOps tape, T5Encoder encoder, List<Parameter> parameters) {
        return parameters.stream()
                .filter(parameter -> parameter.name().equals(TABLE))
                .findFirst()
                .map(table -> new RelativeBiasGradient(tape, encoder, table));
    }

    /** The bias is the one tensor that T5 makes of values: [heads, 2 tokens - 1]. */
    private void hear(Tensor made) {
        if (made.rows() == encoder.config().numHeads() && made.cols() % 2 == 1) {
            tape.watch(made);
            bias = Optional.of(made);
        }
    }

    /** Within a pass, after the backward one. */
    public void collect() {
        bias.ifPresent(made -> {
            var given = tape.gradientOf(made);
            int distances = made.cols();
            var buckets = encoder.distanceBuckets((distances + 1) / 2);
            for (int head = 0; head < made.rows(); head++) {
                for (int column = 0; column < distances; column++) {
                    float sum = table.gradient().get(buckets[column], head) + given[head * distances + column];
                    table.gradient().set(buckets[column], head, sum);
                }
            }
        });
        bias = Optional.empty();
    }
}
