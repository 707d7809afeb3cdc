package io.mural.train.weights;

import io.mural.tensor.LowRank;
import io.mural.tensor.Matrix;
import io.mural.tensor.Shape;
import io.mural.tensor.TapeOps;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import io.mural.train.optimize.Parameter;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Low-rank matrices beside the linear layers of a model (arXiv 2106.09685), in training. */
public final class LoraWeights implements Trained {
    /**
     * One layer's.
     *
     * @param down [rank, in], A
     * @param up [out, rank], B
     * @param scale alpha / rank times the strength
     */
    public record Layer(Tensor down, Tensor up, float scale) {
        public int rank() {
            return down.rows();
        }
    }

    private final Workspace memory = new Workspace();
    private final Map<String, Layer> layers = new TreeMap<>();

    private LoraWeights() {}

    /** Matrices as they stand in a file, by layer. */
    public static LoraWeights of(Map<String, LowRank> terms, double strength) {
        var weights = new LoraWeights();
        terms.forEach((module, term) ->
                weights.layers.put(module, new Layer(weights.copy(term.down()), weights.copy(term.up()), (float)
                        (term.scale() * strength))));
        return weights;
    }

    /**
     * New ones that change nothing yet: A from a normal distribution of deviation 1 / rank, B zero.
     *
     * @param modules the layers, with the sizes of the model
     */
    public static LoraWeights fresh(Weights model, List<String> modules, int rank, double alpha, long seed) {
        var weights = new LoraWeights();
        var random = new SplittableRandom(seed);
        for (var module : modules) {
            var shape = model.shape(module + ".weight");
            var down = weights.memory.allocate(Shape.of(rank, shape.cols()));
            var values = new float[Math.toIntExact(down.shape().size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() / rank);
            }
            down.copyFrom(values);
            var up = weights.memory.allocate(Shape.of(shape.rows(), rank));
            up.copyFrom(new float[Math.toIntExact(up.shape().size())]);
            weights.layers.put(module, new Layer(down, up, (float) (alpha / rank)));
        }
        return weights;
    }

    private Tensor copy(Matrix matrix) {
        var copy = memory.allocate(Shape.of(matrix.rows(), matrix.cols()));
        for (int row = 0; row < matrix.rows(); row++) {
            for (int col = 0; col < matrix.cols(); col++) {
                copy.set(row, col, matrix.get(row, col));
            }
        }
        return copy;
    }

    /** By the names of the model's layers. */
    public Map<String, Layer> layers() {
        return layers;
    }

    @Override
    public Weights in(Weights model) {
        Map<String, LowRank> terms = new LinkedHashMap<>();
        layers.forEach((module, layer) ->
                terms.put(module, new LowRank(down(module, layer), up(module, layer), layer.scale())));
        return model.with(terms);
    }

    @Override
    public List<Parameter> on(TapeOps tape) {
        var parameters = new ArrayList<Parameter>();
        layers.forEach((module, layer) -> {
            parameters.add(parameter(tape, down(module, layer), layer.down()));
            parameters.add(parameter(tape, up(module, layer), layer.up()));
        });
        return parameters;
    }

    private static Parameter parameter(TapeOps tape, Matrix.F32 matrix, Tensor value) {
        tape.train(matrix);
        return new Parameter(matrix.name(), value, tape.gradient(matrix));
    }

    private static Matrix.F32 down(String module, Layer layer) {
        return Matrix.F32.of(
                module + ".lora_A.weight", layer.down().rows(), layer.down().cols(), layer.down());
    }

    private static Matrix.F32 up(String module, Layer layer) {
        return Matrix.F32.of(
                module + ".lora_B.weight", layer.up().rows(), layer.up().cols(), layer.up());
    }

    @Override
    public void close() {
        memory.close();
    }
}
