package io.mural.train.optimize;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A moving average of weights, {@code e = b e + (1 - b) p}, which is smoother than the last weights. With warm-up b
 * begins small, {@code min(decay, (1 + t) / (10 + t))}, so that the first weights are soon forgotten.
 */
public final class Ema {
    private final double decay;
    private final boolean warmUp;
    private final Map<String, float[]> averages = new LinkedHashMap<>();
    private long steps;

    /** @param decay what of the average a step keeps */
    public Ema(double decay, boolean warmUp) {
        this.decay = decay;
        this.warmUp = warmUp;
    }

    /** Counts the weights in; the first ones are the average themselves. */
    public void update(List<Parameter> parameters) {
        boolean begins = averages.isEmpty();
        if (!begins) {
            steps++;
        }
        double keep = warmUp ? Math.min(decay, (1.0 + steps) / (10.0 + steps)) : decay;
        for (var parameter : parameters) {
            var p = parameter.value().toArray();
            if (begins) {
                averages.put(parameter.name(), p);
                continue;
            }
            var e = averages.get(parameter.name());
            for (int i = 0; i < p.length; i++) {
                e[i] = (float) (keep * e[i] + (1 - keep) * p[i]);
            }
        }
    }

    /** The averages by the names of the parameters. */
    public Map<String, float[]> averages() {
        return averages;
    }

    public long steps() {
        return steps;
    }

    /** Takes up a state that {@link #averages} and {@link #steps} gave. */
    public void restore(Map<String, float[]> saved, long savedSteps) {
        saved.forEach((name, values) -> averages.put(name, values.clone()));
        steps = savedSteps;
    }
}
