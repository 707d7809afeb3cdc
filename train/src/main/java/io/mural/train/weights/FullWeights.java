package io.mural.train.weights;

import io.mural.tensor.Matrix;
import io.mural.tensor.Shape;
import io.mural.tensor.TapeOps;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import io.mural.train.optimize.Parameter;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tensors of a model as float32 copies that replace them while they are trained. */
public final class FullWeights implements Trained {
    private final Workspace memory = new Workspace();
    private final Map<String, Tensor> tensors = new TreeMap<>();

    /** @param names of the tensors to train */
    public FullWeights(Weights model, Collection<String> names) {
        for (var name : names) {
            var shape = model.shape(name);
            var copy = memory.allocate(
                    shape.rank() < 3 ? shape : Shape.of(shape.dim(0), (int) (shape.size() / shape.dim(0))));
            copy.copyFrom(model.values(name));
            tensors.put(name, copy);
        }
    }

    /** By the names of the model's tensors; convolutions as matrices [out, in x kernel x kernel]. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public Weights in(Weights model) {
        return model.replacing(tensors);
    }

    @Override
    public List<Parameter> on(TapeOps tape) {
        var parameters = new ArrayList<Parameter>();
        tensors.forEach((name, value) -> {
            if (value.shape().rank() == 1) {
                tape.train(value);
                parameters.add(new Parameter(name, value, tape.gradient(value)));
            } else {
                var matrix = Matrix.F32.of(name, value.rows(), value.cols(), value);
                tape.train(matrix);
                parameters.add(new Parameter(name, value, tape.gradient(matrix)));
            }
        });
        return parameters;
    }

    @Override
    public void close() {
        memory.close();
    }
}
