package io.mural.train.flow;

import io.mural.model.family.Flux1Model;
import io.mural.model.family.Flux2Model;
import io.mural.model.layers.OutsideMemory;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.function.UnaryOperator;

/** The transformers of both families, with weights that a job makes of the model's. */
public final class Velocities {
    private Velocities() {}

    /** All tokens go through the changed weights. */
    public static Velocity of(Flux1Model model, UnaryOperator<Weights> change) {
        var transformer = model.transformer(change);
        return (ops, tokens, t, given) -> {
            var rope = transformer.positions(ops, given.txt().rows(), given.height(), given.width());
            var context = new io.mural.model.flux1.Flux1Transformer.Context(
                    given.txt(), pooled(given), given.guidance(), rope);
            return transformer.forward(ops, tokens, t, context);
        };
    }

    /** Guide tokens alone go through the changed weights. */
    public static Velocity guided(Flux1Model model, UnaryOperator<Weights> change) {
        var guided = model.guidedTransformer(change);
        return (ops, tokens, t, given) -> {
            var context = guided.context(
                    ops,
                    given.scene().orElseThrow(),
                    given.txt(),
                    pooled(given),
                    given.guidance(),
                    OutsideMemory.RECOMPUTE);
            return guided.transformer().forward(ops, tokens, t, context);
        };
    }

    private static Tensor pooled(Conditions given) {
        return given.pooled().orElseThrow();
    }

    /** All tokens go through the changed weights. */
    public static Velocity of(Flux2Model model, UnaryOperator<Weights> change) {
        var transformer = model.transformer(change);
        return (ops, tokens, t, given) -> {
            var rope = transformer.positions(ops, given.txt().rows(), given.height(), given.width());
            var context = new io.mural.model.flux2.Flux2Transformer.Context(given.txt(), given.guidance(), rope);
            return transformer.forward(ops, tokens, t, context);
        };
    }

    /** Guide tokens alone go through the changed weights. */
    public static Velocity guided(Flux2Model model, UnaryOperator<Weights> change) {
        var guided = model.guidedTransformer(change);
        return (ops, tokens, t, given) -> {
            var context = guided.context(
                    ops, given.scene().orElseThrow(), given.txt(), given.guidance(), OutsideMemory.RECOMPUTE);
            return guided.transformer().forward(ops, tokens, t, context);
        };
    }
}
