package io.mural.evaluate.set;

import java.util.List;
import java.util.Map;

/**
 * What an evaluation found.
 *
 * @param each one entry a picture, where a metric has values of single pictures
 * @param made all that the figures depend on: weights' SHA-256, resizer, patch side and the rest
 */
public record Report(List<Figure> figures, List<Judged> each, Map<String, String> made) {
    public Report {
        figures = List.copyOf(figures);
        each = List.copyOf(each);
    }
}
