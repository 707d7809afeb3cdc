package io.mural.train.job;

import io.mural.model.family.PictureModel;
import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.request.Grid;
import io.mural.model.sampling.Latents;
import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.DType;
import io.mural.tensor.TapeOps;
import io.mural.tensor.Tensor;
import io.mural.train.data.Encoding;
import io.mural.train.data.Sample;
import io.mural.train.data.Samples;
import io.mural.train.flow.Conditions;
import io.mural.train.flow.Draws.Draw;
import io.mural.train.flow.FlowLoss;
import io.mural.train.flow.LossWeight;
import io.mural.train.flow.Posterior;
import io.mural.train.flow.Velocity;
import java.util.Optional;

/**
 * One sample through the transformer and back.
 *
 * @param geometry where a guide is trained
 * @param guidance the distilled scale that is fed
 */
record Passes(
        PictureModel model,
        Velocity velocity,
        Optional<HierarchicalGeometry> geometry,
        double guidance,
        LossWeight weight) {

    /** A sample with its noise. */
    private record Noisy(Sample sample, float[] clean, float[] noise, Sample.Text text, Optional<Scene> scene) {
        /** @param share samples of a step */
        FlowLoss loss(float[] velocity, double weight, int share) {
            return sample.mask()
                    .map(mask -> scene.map(s -> s.order().fromRaster(mask)).orElse(mask))
                    .map(mask -> FlowLoss.masked(velocity, clean, noise, weight, share, mask))
                    .orElseGet(() -> FlowLoss.of(velocity, clean, noise, weight, share));
        }

        int tokens() {
            return sample.height() * sample.width();
        }
    }

    private Noisy noisy(Samples samples, Draw draw) {
        var sample = samples.read(draw.picture());
        var random = new TorchRandom(draw.latentSeed()).normal(sample.mean().length);
        var latents = Posterior.sample(sample.mean(), sample.logVariance(), random);
        var clean = Encoding.tokens(model, latents, sample.height(), sample.width());
        var noise = model.noise(
                draw.noiseSeed(), DType.F32, new Grid(sample.height(), sample.width(), model.tokenPixels()));
        var text = draw.dropped()
                ? samples.empty()
                : sample.texts().get(draw.choice() % sample.texts().size());
        var scene = geometry.map(places -> scene(places, sample));
        return new Noisy(
                sample,
                scene.map(s -> s.order().fromRaster(clean)).orElse(clean),
                scene.map(s -> s.order().fromRaster(noise)).orElse(noise),
                text,
                scene);
    }

    private static Scene scene(HierarchicalGeometry geometry, Sample sample) {
        var guide = sample.guide().orElseThrow();
        var order = new WindowOrder(sample.height(), sample.width(), geometry.window());
        return new Scene(geometry, order, guide.height(), guide.width(), guide.tokens());
    }

    /**
     * Adds a sample's share to the gradients.
     *
     * @param share samples of a step
     * @return its loss
     */
    double train(TapeOps ops, Samples samples, Draw draw, double t, int share) {
        var noisy = noisy(samples, draw);
        var loss = new double[1];
        ops.pass(() -> {
            var predicted = predict(ops, noisy, t);
            var flow = noisy.loss(ops.read(predicted), weight.of(t), share);
            loss[0] = flow.value();
            ops.backward(predicted, ops.tensor(flow.gradient(), predicted.rows(), predicted.cols()));
        });
        return loss[0];
    }

    /** The loss alone, without weight. */
    double judge(TapeOps ops, Samples samples, Draw draw, double t) {
        var noisy = noisy(samples, draw);
        var loss = new double[1];
        ops.unit(
                "validation",
                () -> loss[0] =
                        noisy.loss(ops.read(predict(ops, noisy, t)), 1, 1).value());
        return loss[0];
    }

    private Tensor predict(TapeOps ops, Noisy noisy, double t) {
        var text = noisy.text();
        var txt = ops.tensor(text.tokens(), text.tokens().length / text.width(), text.width());
        var pooled = text.pooled().length == 0
                ? Optional.<Tensor>empty()
                : Optional.of(ops.tensor(text.pooled(), 1, text.pooled().length));
        var sample = noisy.sample();
        var conditions = new Conditions(txt, pooled, guidance, sample.height(), sample.width(), noisy.scene());
        var mixed = Latents.noised(noisy.clean(), noisy.noise(), (float) t);
        var tokens = ops.tensor(mixed, noisy.tokens(), mixed.length / noisy.tokens());
        return velocity.forward(ops, tokens, t, conditions);
    }
}
