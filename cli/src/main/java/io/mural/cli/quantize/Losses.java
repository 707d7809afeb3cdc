package io.mural.cli.quantize;

import io.mural.tensor.DType;
import io.mural.weights.quantize.Quantization;
import io.mural.weights.quantize.QuantizationError;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What rounding cost, a line a tensor and one for all. Errors are in percent of the weights' root mean square. */
final class Losses {
    private final long bytes;
    private final Map<DType, Integer> counts = new EnumMap<>(DType.class);
    private long done;
    private QuantizationError all = QuantizationError.NONE;
    private Optional<Quantization.Done> worst = Optional.empty();

    /** @param bytes of the file to write */
    Losses(long bytes) {
        this.bytes = bytes;
    }

    /** A tensor's line; what stays as it was has none. */
    Optional<String> line(Quantization.Done tensor) {
        done += tensor.bytes();
        if (!tensor.to().isBlocked()) {
            return Optional.empty();
        }
        counts.merge(tensor.to(), 1, Integer::sum);
        all = all.plus(tensor.error());
        if (worst.isEmpty() || tensor.error().relative() > worst.get().error().relative()) {
            worst = Optional.of(tensor);
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "%3d %%  %-42s %s -> %s %s  error %s, worst %s",
                100 * done / bytes,
                tensor.name(),
                tensor.from(),
                tensor.to(),
                tensor.shape(),
                percent(tensor.error().relative()),
                percent(tensor.error().worst())));
    }

    String summary() {
        var formats = counts.entrySet().stream()
                .map(entry -> entry.getValue() + " in " + entry.getKey())
                .collect(Collectors.joining(", "));
        return "matrices rounded: " + (formats.isEmpty() ? "none" : formats)
                + worst.map(tensor -> "; error " + percent(all.relative()) + ", largest "
                                + percent(tensor.error().relative()) + " in " + tensor.name())
                        .orElse("");
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, value < 0.0995 ? "%.2f %%" : "%.0f %%", 100 * value);
    }
}
