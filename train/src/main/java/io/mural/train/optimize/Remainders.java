package io.mural.train.optimize;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What of a weight its float32 cannot hold. Steps of 1e-6 on a weight near 1 are sixteen of its last places: without the
 * remainder (compensated summation, Kahan 1965) every step would be rounded by some percent, and smaller ones lost.
 */
final class Remainders {
    private static final String KIND = "r.";

    private final Map<String, float[]> arrays = new LinkedHashMap<>();

    float[] of(Parameter parameter) {
        return arrays.computeIfAbsent(KIND + parameter.name(), name -> new float[parameter.size()]);
    }

    Map<String, float[]> arrays() {
        return arrays;
    }

    void restore(Map<String, float[]> saved) {
        saved.forEach((key, values) -> {
            if (key.startsWith(KIND)) {
                arrays.put(key, values.clone());
            }
        });
    }
}
