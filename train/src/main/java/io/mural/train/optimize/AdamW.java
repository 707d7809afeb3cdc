package io.mural.train.optimize;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Adam with decoupled weight decay (arXiv 1711.05101, as torch.optim.AdamW). State in float32, arithmetic in double:
 *
 * <pre>
 * p -= lr wd p;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 * p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)
 * </pre>
 */
public final class AdamW implements Optimizer {
    /** @param weightDecay a share of the weights that a step takes away, times the learning rate */
    public record Settings(double learningRate, double beta1, double beta2, double eps, double weightDecay) {}

    private final Settings settings;
    private final Map<String, float[]> first = new LinkedHashMap<>();
    private final Map<String, float[]> second = new LinkedHashMap<>();
    private final Remainders remainders = new Remainders();
    private long steps;

    public AdamW(Settings settings) {
        this.settings = settings;
    }

    @Override
    public void step(List<Parameter> parameters, double factor) {
        steps++;
        double rate = settings.learningRate() * factor;
        double correction1 = 1 - Math.pow(settings.beta1(), steps);
        double correction2 = Math.sqrt(1 - Math.pow(settings.beta2(), steps));
        for (var parameter : parameters) {
            var m = first.computeIfAbsent(parameter.name(), name -> new float[parameter.size()]);
            var v = second.computeIfAbsent(parameter.name(), name -> new float[parameter.size()]);
            var r = remainders.of(parameter);
            var p = parameter.value().toArray();
            var g = parameter.gradient().toArray();
            for (int i = 0; i < p.length; i++) {
                double mean = settings.beta1() * m[i] + (1 - settings.beta1()) * g[i];
                double square = settings.beta2() * v[i] + (1 - settings.beta2()) * g[i] * g[i];
                m[i] = (float) mean;
                v[i] = (float) square;
                double value = (double) p[i] + r[i];
                double decayed = value - rate * settings.weightDecay() * value;
                double step = rate / correction1 * mean / (Math.sqrt(square) / correction2 + settings.eps());
                p[i] = (float) (decayed - step);
                r[i] = (float) (decayed - step - p[i]);
            }
            parameter.value().copyFrom(p);
        }
    }

    @Override
    public double learningRate() {
        return settings.learningRate();
    }

    @Override
    public OptionalDouble distance() {
        return OptionalDouble.empty();
    }

    @Override
    public Map<String, float[]> arrays() {
        Map<String, float[]> arrays = new LinkedHashMap<>();
        first.forEach((name, m) -> arrays.put("m." + name, m));
        second.forEach((name, v) -> arrays.put("v." + name, v));
        arrays.putAll(remainders.arrays());
        return arrays;
    }

    @Override
    public Map<String, Double> numbers() {
        return Map.of("steps", (double) steps);
    }

    @Override
    public void restore(Map<String, float[]> arrays, Map<String, Double> numbers) {
        arrays.forEach((key, values) -> {
            if (key.startsWith("m.")) {
                first.put(key.substring(2), values.clone());
            } else if (key.startsWith("v.")) {
                second.put(key.substring(2), values.clone());
            }
        });
        remainders.restore(arrays);
        steps = numbers.get("steps").longValue();
    }
}
