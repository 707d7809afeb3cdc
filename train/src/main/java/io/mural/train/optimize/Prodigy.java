package io.mural.train.optimize;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Adam that finds its learning rate (arXiv 2306.06101): d, an estimate of the distance to the solution, grows from d0
 * as the weights move against the gradients. State in float32, arithmetic and sums over all parameters in double.
 *
 * <pre>
 * dlr  = d lr sqrt(1 - b2^(k+1)) / (1 - b1^(k+1))
 * num  = b3 num + sum (d / d0) dlr &lt;g, p0 - p&gt;
 * m    = b1 m + d (1 - b1) g;  v = b2 v + d^2 (1 - b2) g^2
 * s    = b3 s + (d / d0) (safeguard ? d : dlr) g;  den = sum |s|
 * d    = min(max d ever, d growth) after d_hat = coef num / den has been counted in
 * p   -= wd dlr p;  p -= dlr m / (sqrt(v) + d eps)
 * </pre>
 *
 * The last line takes the step of the d before and the eps of the d after, as the reference does.
 */
public final class Prodigy implements Optimizer {
    /**
     * @param beta3 of the sums that d comes from
     * @param decouple whether weight decay acts on the weights and not through the gradients
     * @param growth by how much d may grow in a step; infinite as a rule
     */
    public record Settings(
            double learningRate,
            double beta1,
            double beta2,
            double beta3,
            double eps,
            double weightDecay,
            boolean decouple,
            boolean biasCorrection,
            boolean safeguard,
            double d0,
            double coefficient,
            double growth) {
        /** What mural trains guides with: bias correction and safeguarded warm-up, weight decay 0.01. */
        public static final Settings DEFAULT = new Settings(
                1, 0.9, 0.999, Math.sqrt(0.999), 1e-8, 0.01, true, true, true, 1e-6, 1, Double.POSITIVE_INFINITY);
    }

    private static final List<String> KINDS = List.of("m", "v", "s", "p0");

    private final Settings settings;
    private final Map<String, float[]> state = new LinkedHashMap<>();
    private final Remainders remainders = new Remainders();
    private double d;
    private double largest;
    private double numerator;
    private double denominator;
    private long steps;

    public Prodigy(Settings settings) {
        this.settings = settings;
        this.d = settings.d0();
        this.largest = settings.d0();
    }

    @Override
    public void step(List<Parameter> parameters, double factor) {
        double rate = settings.learningRate() * factor;
        double correction = settings.biasCorrection()
                ? Math.sqrt(1 - Math.pow(settings.beta2(), steps + 1.0)) / (1 - Math.pow(settings.beta1(), steps + 1.0))
                : 1;
        double step = d * rate * correction;
        if (rate == 0) {
            return;
        }
        double sum = numerator * settings.beta3();
        double absolute = 0;
        for (var parameter : parameters) {
            sum += d / settings.d0() * step * gather(parameter, step);
            for (float s : state.get("s." + parameter.name())) {
                absolute += Math.abs(s);
            }
        }
        numerator = sum;
        denominator = absolute;
        if (denominator == 0) {
            return;
        }
        grow();
        for (var parameter : parameters) {
            move(parameter, step);
        }
        steps++;
    }

    /** Takes a gradient into the moments. @return {@code <g, p0 - p>} */
    private double gather(Parameter parameter, double step) {
        var p = parameter.value().toArray();
        var p0 = state.computeIfAbsent("p0." + parameter.name(), name -> p.clone());
        var m = of("m.", parameter);
        var v = of("v.", parameter);
        var s = of("s.", parameter);
        var g = parameter.gradient().toArray();
        var r = remainders.of(parameter);
        double inner = 0;
        double weight = d / settings.d0() * (settings.safeguard() ? d : step);
        for (int i = 0; i < p.length; i++) {
            double gradient = g[i];
            if (!settings.decouple()) {
                gradient += settings.weightDecay() * ((double) p[i] + r[i]);
            }
            inner += gradient * ((double) p0[i] - p[i] - r[i]);
            m[i] = (float) (settings.beta1() * m[i] + d * (1 - settings.beta1()) * gradient);
            v[i] = (float) (settings.beta2() * v[i] + d * d * (1 - settings.beta2()) * gradient * gradient);
            s[i] = (float) (settings.beta3() * s[i] + weight * gradient);
        }
        return inner;
    }

    private float[] of(String kind, Parameter parameter) {
        return state.computeIfAbsent(kind + parameter.name(), name -> new float[parameter.size()]);
    }

    private void grow() {
        double estimate = settings.coefficient() * numerator / denominator;
        if (d == settings.d0()) {
            d = Math.max(d, estimate);
        }
        largest = Math.max(largest, estimate);
        d = Math.min(largest, d * settings.growth());
    }

    private void move(Parameter parameter, double step) {
        var p = parameter.value().toArray();
        var m = of("m.", parameter);
        var v = of("v.", parameter);
        var r = remainders.of(parameter);
        for (int i = 0; i < p.length; i++) {
            double value = (double) p[i] + r[i];
            double decayed = settings.decouple() ? value - settings.weightDecay() * step * value : value;
            double moved = decayed - step * m[i] / (Math.sqrt(v[i]) + d * settings.eps());
            p[i] = (float) moved;
            r[i] = (float) (moved - p[i]);
        }
        parameter.value().copyFrom(p);
    }

    @Override
    public double learningRate() {
        return settings.learningRate();
    }

    @Override
    public OptionalDouble distance() {
        return OptionalDouble.of(d);
    }

    public double largestDistance() {
        return largest;
    }

    public double numerator() {
        return numerator;
    }

    public double denominator() {
        return denominator;
    }

    @Override
    public Map<String, float[]> arrays() {
        Map<String, float[]> arrays = new LinkedHashMap<>(state);
        arrays.putAll(remainders.arrays());
        return arrays;
    }

    @Override
    public Map<String, Double> numbers() {
        return Map.of(
                "d", d, "d_max", largest, "numerator", numerator, "denominator", denominator, "steps", (double) steps);
    }

    @Override
    public void restore(Map<String, float[]> arrays, Map<String, Double> numbers) {
        arrays.forEach((key, values) -> {
            if (KINDS.stream().anyMatch(kind -> key.startsWith(kind + "."))) {
                state.put(key, values.clone());
            }
        });
        remainders.restore(arrays);
        d = numbers.get("d");
        largest = numbers.get("d_max");
        numerator = numbers.get("numerator");
        denominator = numbers.get("denominator");
        steps = numbers.get("steps").longValue();
    }
}
