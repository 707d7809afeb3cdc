package io.mural.train.weights;

import io.mural.tensor.TapeOps;
import io.mural.train.optimize.Parameter;
import io.mural.weights.names.Weights;
import java.util.List;

/** Weights in training: float32, beside or in place of a model's own. */
public interface Trained extends AutoCloseable {
    /** The model's weights with these. */
    Weights in(Weights model);

    /** Has their gradients computed; the parameters are valid as long as the tape. */
    List<Parameter> on(TapeOps tape);

    @Override
    void close();
}
