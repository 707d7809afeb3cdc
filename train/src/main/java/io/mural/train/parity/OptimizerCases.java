package io.mural.train.parity;

import io.mural.model.parity.OtherCases.Judgement;
import io.mural.model.parity.ParityCase;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.train.optimize.AdamW;
import io.mural.train.optimize.Ema;
import io.mural.train.optimize.Optimizer;
import io.mural.train.optimize.Parameter;
import io.mural.train.optimize.Prodigy;
import io.mural.weights.text.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Optimisers and averages over some steps. */
final class OptimizerCases {
    private final ParityCase given;
    private final Ops ops;
    private final Judged judged;

    private OptimizerCases(ParityCase given, Ops ops) {
        this.given = given;
        this.ops = ops;
        this.judged = new Judged(given);
    }

    static Judgement judge(ParityCase given, Ops ops) {
        var run = new OptimizerCases(given, ops);
        if (given.params().string("optimizer").equals("ema")) {
            run.ema();
        } else {
            run.optimizer();
        }
        return run.judged.judgement();
    }

    /** The optimiser that parameters describe, as in cases and as on the command line's terms. */
    static Optimizer of(JsonObject params) {
        return switch (params.string("optimizer")) {
            case "adamw" -> {
                var betas = params.numbers("betas", 0.9, 0.999);
                yield new AdamW(new AdamW.Settings(
                        params.number("lr"),
                        betas[0],
                        betas[1],
                        params.number("eps", 1e-8),
                        params.number("weight_decay", 0.01)));
            }
            case "prodigy" -> prodigy(params);
            default ->
                throw new InputException(
                        "the optimiser \"" + params.string("optimizer") + "\" is not known to this version");
        };
    }

    private static Prodigy prodigy(JsonObject params) {
        var betas = params.numbers("betas", 0.9, 0.999);
        return new Prodigy(new Prodigy.Settings(
                params.number("lr", 1),
                betas[0],
                betas[1],
                given(params, "beta3", Math.sqrt(betas[1])),
                params.number("eps", 1e-8),
                params.number("weight_decay", 0),
                params.bool("decouple", true),
                params.bool("use_bias_correction", false),
                params.bool("safeguard_warmup", false),
                params.number("d0", 1e-6),
                params.number("d_coef", 1),
                given(params, "growth_rate", Double.POSITIVE_INFINITY)));
    }

    /** A number that may be null. */
    private static double given(JsonObject params, String key, double otherwise) {
        return params.asMap().get(key) instanceof Number number ? number.doubleValue() : otherwise;
    }

    private void optimizer() {
        var params = given.params();
        int steps = params.integer("steps");
        var names = names("in.param.");
        var factors = params.numbers("lr_factors", ones(steps));
        var parameters = new ArrayList<Parameter>();
        Map<String, float[]> starts = new LinkedHashMap<>();
        Map<String, float[]> deltas = new LinkedHashMap<>();
        for (var name : names) {
            var start = given.floats("in.param." + name);
            starts.put(name, start);
            deltas.put(name, new float[steps * start.length]);
            parameters.add(new Parameter(name, tensor(start), tensor(new float[start.length])));
        }
        var optimizer = of(params);
        var traces = new Traces(steps);
        for (int step = 0; step < steps; step++) {
            for (var parameter : parameters) {
                parameter.gradient().copyFrom(gradient(parameter, optimizer, step));
            }
            optimizer.step(parameters, factors[step]);
            traces.take(step, optimizer);
            for (var parameter : parameters) {
                var now = parameter.value().toArray();
                var rest = optimizer.remainder(parameter);
                var start = starts.get(parameter.name());
                for (int i = 0; i < now.length; i++) {
                    double delta = (double) now[i] - start[i] + rest[i];
                    deltas.get(parameter.name())[step * now.length + i] = (float) delta;
                }
            }
        }
        deltas.forEach((name, delta) -> judged.value("delta." + name, delta));
        traces.judge(given, judged);
    }

    /** What Prodigy estimates, step by step. */
    private record Traces(Map<String, float[]> of) {
        Traces(int steps) {
            this(new LinkedHashMap<>());
            for (var name : List.of("d", "d_max", "d_numerator", "d_denom")) {
                of.put(name, new float[steps]);
            }
        }

        void take(int step, Optimizer optimizer) {
            if (optimizer instanceof Prodigy prodigy) {
                of.get("d")[step] = (float) prodigy.distance().orElseThrow();
                of.get("d_max")[step] = (float) prodigy.largestDistance();
                of.get("d_numerator")[step] = (float) prodigy.numerator();
                of.get("d_denom")[step] = (float) prodigy.denominator();
            }
        }

        void judge(ParityCase given, Judged judged) {
            of.forEach((name, values) -> {
                if (given.values().tensors().containsKey("out." + name)) {
                    judged.value(name, values);
                }
            });
        }
    }

    private static double[] ones(int count) {
        var ones = new double[count];
        java.util.Arrays.fill(ones, 1);
        return ones;
    }

    private List<String> names(String prefix) {
        return given.values().tensors().keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .sorted()
                .toList();
    }

    private Tensor tensor(float[] values) {
        return ops.tensor(values, values.length);
    }

    private float[] gradient(Parameter parameter, Optimizer optimizer, int step) {
        int size = parameter.size();
        var gradient = new float[size];
        if (given.values().tensors().containsKey("in.grads." + parameter.name())) {
            System.arraycopy(given.floats("in.grads." + parameter.name()), step * size, gradient, 0, size);
            return gradient;
        }
        var curvature = given.floats("in.curvature." + parameter.name());
        var goal = given.floats("in.goal." + parameter.name());
        var value = parameter.value().toArray();
        var rest = optimizer.remainder(parameter);
        for (int i = 0; i < size; i++) {
            gradient[i] = (float) (curvature[i] * ((double) value[i] + rest[i] - goal[i]));
        }
        return gradient;
    }

    private void ema() {
        var weights = given.floats("in.weights");
        int steps = given.dim("in.weights", 0);
        int size = weights.length / steps;
        var ema = new Ema(given.params().number("decay"), given.params().has("warmup"));
        var value = tensor(new float[size]);
        var parameter = new Parameter("weights", value, tensor(new float[size]));
        var averages = new float[weights.length];
        for (int step = 0; step < steps; step++) {
            value.copyFrom(java.util.Arrays.copyOfRange(weights, step * size, (step + 1) * size));
            ema.update(List.of(parameter));
            System.arraycopy(ema.averages().get("weights"), 0, averages, step * size, size);
        }
        judged.value("average", averages);
    }
}
