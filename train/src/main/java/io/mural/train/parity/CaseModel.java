package io.mural.train.parity;

import io.mural.model.family.Flux1Model;
import io.mural.model.family.Flux2Model;
import io.mural.model.parity.ParityCase;
import io.mural.train.flow.Velocities;
import io.mural.train.flow.Velocity;
import io.mural.weights.names.Weights;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The model of a case, of the family that its component names. */
interface CaseModel extends AutoCloseable {
    Weights weights();

    /** The transformer, in hierarchical cases with its guide, whose weights alone are changed then. */
    Velocity velocity(UnaryOperator<Weights> change);

    @Override
    void close();

    static CaseModel open(ParityCase given) {
        boolean guided = given.component().contains("hierarchical");
        return given.component().startsWith("flux2")
                ? new Second(new Flux2Model(given.model(), Optional.empty(), List.of(), Optional.empty()), guided)
                : new First(new Flux1Model(given.model(), Optional.empty(), List.of()), guided);
    }

    /** FLUX.1. */
    record First(Flux1Model model, boolean guided) implements CaseModel {
        @Override
        public Weights weights() {
            return model.transformerWeights();
        }

        @Override
        public Velocity velocity(UnaryOperator<Weights> change) {
            return guided ? Velocities.guided(model, change) : Velocities.of(model, change);
        }

        @Override
        public void close() {
            model.close();
        }
    }

    /** FLUX.2. */
    record Second(Flux2Model model, boolean guided) implements CaseModel {
        @Override
        public Weights weights() {
            return model.transformerWeights();
        }

        @Override
        public Velocity velocity(UnaryOperator<Weights> change) {
            return guided ? Velocities.guided(model, change) : Velocities.of(model, change);
        }

        @Override
        public void close() {
            model.close();
        }
    }
}
