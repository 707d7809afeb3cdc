package io.mural.train.parity;

import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.parity.OtherCases.Judgement;
import io.mural.model.parity.ParityCase;
import io.mural.model.sampling.Latents;
import io.mural.tensor.InputException;
import io.mural.tensor.TapeOps;
import io.mural.tensor.Tensor;
import io.mural.train.flow.Conditions;
import io.mural.train.flow.FlowLoss;
import io.mural.train.flow.Velocity;
import io.mural.train.optimize.Clipping;
import io.mural.train.optimize.Parameter;
import io.mural.train.weights.FullWeights;
import io.mural.train.weights.LoraWeights;
import io.mural.train.weights.Trained;
import io.mural.weights.names.Lora;
import io.mural.weights.names.Weights;
import io.mural.weights.text.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The loss of flow matching, its gradients, and runs of some steps. */
final class LossCases {
    /** What final weights of a run may differ, in shares of the largest change. */
    private static final double RUN_BOUND = 1;
    /** Relative bounds of a run's losses and of its final weights. */
    private static final double WEIGHTS_BOUND = 2e-3;

    private final ParityCase given;
    private final JsonObject params;
    private final TapeOps ops;
    private final Judged judged;

    private LossCases(ParityCase given, TapeOps ops) {
        this.given = given;
        this.params = given.params();
        this.ops = ops;
        this.judged = new Judged(given);
    }

    static Judgement judge(ParityCase given, Supplier<TapeOps> device) {
        try (var model = CaseModel.open(given);
                var ops = device.get();
                var trained = trained(given, model.weights())) {
            var run = new LossCases(given, ops);
            var parameters = trained.on(ops);
            var velocity = model.velocity(trained::in);
            if (params(given).has("steps")) {
                return run.run(velocity, parameters);
            }
            run.loss(velocity, parameters);
            return run.judged.judgement();
        }
    }

    private static JsonObject params(ParityCase given) {
        return given.params();
    }

    private static Trained trained(ParityCase given, Weights model) {
        var params = given.params();
        if (params.string("trainable", "lora").equals("all")) {
            return new FullWeights(model, model.names());
        }
        try (var lora = Lora.open(given.resolve(params.string("lora")))) {
            return LoraWeights.of(lora.terms(model), params.number("lora_scale", 1));
        }
    }

    // --- a loss -----------------------------------------------------------------------------------------------------

    /** One sample of a case. */
    private record Sample(float[] latents, float[] noise, double t, int height, int width, String end) {}

    private void loss(Velocity velocity, List<Parameter> parameters) {
        int samples = params.integer("samples", 1);
        var losses = new float[samples];
        double total = 0;
        for (int i = 0; i < samples; i++) {
            var end = params.has("samples") ? "." + i : "";
            var sample = new Sample(
                    given.floats("in.latents" + end),
                    given.floats("in.noise" + end),
                    at("timestep", i),
                    (int) at("height", i),
                    (int) at("width", i),
                    end);
            double loss = backward(velocity, sample, samples, true);
            losses[i] = (float) loss;
            total += loss / samples;
        }
        judged.value("loss", (float) total);
        if (params.has("samples")) {
            judged.value("losses", losses);
        }
        for (var parameter : parameters) {
            judged.gradient(parameter.name(), parameter.gradient().toArray());
        }
    }

    /** A parameter that may be a list, one for each sample. */
    private double at(String key, int sample) {
        return params.asMap().get(key) instanceof List<?> ? params.numbers(key)[sample] : params.number(key);
    }

    /** One pass. @return the loss */
    private double backward(Velocity velocity, Sample sample, int share, boolean judging) {
        var scene = scene(sample);
        var clean = ordered(scene, sample.latents());
        var noise = ordered(scene, sample.noise());
        var loss = new double[1];
        ops.pass(() -> {
            var txt = given.tokens(ops, "in.encoder_hidden_states" + sample.end());
            var pooled = pooled(sample.end());
            boolean inputs = given.values().tensors().containsKey("out.grad.encoder_hidden_states");
            if (inputs) {
                ops.watch(txt);
                pooled.ifPresent(ops::watch);
            }
            var conditions =
                    new Conditions(txt, pooled, params.number("guidance", 0), sample.height(), sample.width(), scene);
            int tokens = sample.height() * sample.width();
            int features = clean.length / tokens;
            var noisy = ops.tensor(Latents.noised(clean, noise, (float) sample.t()), tokens, features);
            var predicted = velocity.forward(ops, noisy, sample.t(), conditions);
            var values = ops.read(predicted);
            var flow = FlowLoss.of(values, clean, noise, 1, share);
            loss[0] = flow.value();
            if (judging && given.values().tensors().containsKey("out.sample")) {
                judged.value(
                        "sample", scene.map(s -> s.order().toRaster(values)).orElse(values));
            }
            ops.backward(predicted, ops.tensor(flow.gradient(), tokens, features));
            if (inputs) {
                judged.gradient("encoder_hidden_states", ops.gradientOf(txt));
                pooled.ifPresent(tensor -> judged.gradient("pooled_projections", ops.gradientOf(tensor)));
            }
        });
        return loss[0];
    }

    private Optional<Tensor> pooled(String end) {
        var name = "in.pooled_projections" + end;
        return given.values().tensors().containsKey(name)
                ? Optional.of(ops.tensor(given.floats(name), 1, given.dim(name, 1)))
                : Optional.empty();
    }

    private Optional<Scene> scene(Sample sample) {
        if (!given.component().contains("hierarchical")) {
            return Optional.empty();
        }
        var geometry = HierarchicalGeometry.of(params, HierarchicalGeometry.FLUX1);
        return Optional.of(new Scene(
                geometry,
                new WindowOrder(sample.height(), sample.width(), geometry.window()),
                params.integer("guidance_height"),
                params.integer("guidance_width"),
                given.floats("in.guidance_latents" + sample.end())));
    }

    private static float[] ordered(Optional<Scene> scene, float[] tokens) {
        return scene.map(s -> s.order().fromRaster(tokens)).orElse(tokens);
    }

    // --- a run ------------------------------------------------------------------------------------------------------

    private Judgement run(Velocity velocity, List<Parameter> parameters) {
        int steps = params.integer("steps");
        int accumulate = params.integer("accumulate", 1);
        var optimizer = OptimizerCases.of(params);
        var gradients = parameters.stream().map(Parameter::gradient).toList();
        var starts = parameters.stream().map(p -> p.value().toArray()).toList();
        var losses = new float[steps * accumulate];
        var norms = new float[steps];
        var distances = new float[steps];
        for (int step = 0; step < steps; step++) {
            ops.zeroGradients();
            for (int m = step * accumulate; m < (step + 1) * accumulate; m++) {
                losses[m] = (float) backward(velocity, sample(m), accumulate, false);
            }
            norms[step] = (float) Clipping.clip(gradients, params.number("max_grad_norm"));
            optimizer.step(parameters, 1);
            distances[step] = (float) optimizer.distance().orElse(0);
        }
        judged.value("losses", losses);
        judged.value("gradient_norms", norms);
        if (given.values().tensors().containsKey("out.d")) {
            judged.value("d", distances);
        }
        return finish(parameters, starts);
    }

    private Sample sample(int m) {
        var end = "." + given.values().longs("in.sample")[m];
        var latents = given.floats("in.latents" + end);
        var all = given.floats("in.noise");
        var noise = java.util.Arrays.copyOfRange(all, m * latents.length, (m + 1) * latents.length);
        return new Sample(
                latents,
                noise,
                given.floats("in.timesteps")[m],
                params.integer("height"),
                params.integer("width"),
                end);
    }

    /** Final weights are judged by the largest change of each tensor. */
    private Judgement finish(List<Parameter> parameters, List<float[]> starts) {
        var losses = judged.judgement();
        double worst = losses.error() / losses.bound();
        var detail = losses.detail();
        double change = 0;
        double difference = 0;
        var names = new ArrayList<String>();
        for (int i = 0; i < parameters.size(); i++) {
            var name = "out.lora." + parameters.get(i).name();
            var expected = given.floats(name);
            var now = parameters.get(i).value().toArray();
            var start = starts.get(i);
            if (expected.length != now.length) {
                throw new InputException(given.file() + ": " + name + " has " + expected.length + " values, here "
                        + now.length + "; the case and the model do not belong together");
            }
            for (int j = 0; j < now.length; j++) {
                change = Math.max(change, Math.abs((double) expected[j] - start[j]));
                double apart = Math.abs((double) now[j] - expected[j]);
                if (!(apart <= difference)) {
                    difference = apart;
                    names.add(name);
                }
            }
        }
        double ofWeights = difference / change / WEIGHTS_BOUND;
        if (!(ofWeights <= worst)) {
            worst = ofWeights;
            detail = names.getLast();
        }
        return new Judgement(worst, RUN_BOUND, detail);
    }
}
