package io.mural.evaluate.set;

import java.nio.file.Path;
import java.util.Map;

/**
 * What one picture got.
 *
 * @param prompt of the picture, empty where none was needed
 * @param values by the metric's name
 */
public record Judged(Path picture, String prompt, Map<String, Double> values) {}
