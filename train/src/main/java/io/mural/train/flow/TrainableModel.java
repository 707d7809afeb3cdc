package io.mural.train.flow;

import io.mural.model.family.Flux1Model;
import io.mural.model.family.Flux2Model;
import io.mural.model.family.PictureModel;
import io.mural.model.request.LoraFile;
import io.mural.tensor.InputException;
import io.mural.weights.names.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A model on disk whose transformer can be trained, of either family. */
public interface TrainableModel extends AutoCloseable {
    PictureModel pictures();

    /** The transformer's tensors as they are. */
    Weights weights();

    /** The transformer, all of whose tokens go through changed weights. */
    Velocity velocity(UnaryOperator<Weights> change);

    /** The transformer with a guide, whose tokens alone go through changed weights. */
    Velocity guided(UnaryOperator<Weights> change);

    /** The shift of noise levels that the model makes a picture of so many tokens with. */
    double mu(int imageTokens);

    @Override
    default void close() {
        pictures().close();
    }

    /** Opens a folder or file; LoRAs count as part of the model. */
    static TrainableModel open(Path path, Optional<Path> base, List<LoraFile> loras) {
        var model = PictureModel.open(path, base, loras);
        if (model instanceof Flux1Model flux1) {
            return new First(flux1);
        }
        if (model instanceof Flux2Model flux2) {
            return new Second(flux2);
        }
        model.close();
        throw new InputException(path + " is of a family that cannot be trained; train FLUX.1 and FLUX.2 models");
    }

    /** FLUX.1. */
    record First(Flux1Model model) implements TrainableModel {
        @Override
        public PictureModel pictures() {
            return model;
        }

        @Override
        public Weights weights() {
            return model.transformerWeights();
        }

        @Override
        public Velocity velocity(UnaryOperator<Weights> change) {
            return Velocities.of(model, change);
        }

        @Override
        public Velocity guided(UnaryOperator<Weights> change) {
            return Velocities.guided(model, change);
        }

        @Override
        public double mu(int imageTokens) {
            var scheduler = model.scheduler();
            return scheduler.dynamic()
                    ? Math.min(scheduler.mu(imageTokens), model.defaults().maxMu())
                    : Math.log(scheduler.shift());
        }
    }

    /** FLUX.2. */
    record Second(Flux2Model model) implements TrainableModel {
        @Override
        public PictureModel pictures() {
            return model;
        }

        @Override
        public Weights weights() {
            return model.transformerWeights();
        }

        @Override
        public Velocity velocity(UnaryOperator<Weights> change) {
            return Velocities.of(model, change);
        }

        @Override
        public Velocity guided(UnaryOperator<Weights> change) {
            return Velocities.guided(model, change);
        }

        /** The published scheduler's line; the empirical shift of generation belongs to few steps. */
        @Override
        public double mu(int imageTokens) {
            return Math.min(
                    io.mural.model.sampling.SchedulerConfig.FLUX2.mu(imageTokens),
                    model.defaults().maxMu());
        }
    }
}
