package io.mural.cli.generate;

import io.mural.cli.console.Figures;
import io.mural.cli.device.DeviceOptions;
import io.mural.model.plan.WeightPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is worth knowing before the work begins, beside the memory of activations: weights that do not stay in memory,
 * and the time of long work. Short work is not held up by measuring the device.
 *
 * @param flops of a whole picture
 */
record Forecast(WeightPlan weights, double flops) {
    /** Half a minute of a fast processor. */
    private static final double LONG = 5e12;

    List<String> lines(DeviceOptions.Choice device) {
        List<String> lines = new ArrayList<>();
        if (weights.streamedTransformer() + weights.streamedText() > 0) {
            lines.add(streaming());
        }
        if (flops > LONG) {
            lines.add(String.format(Locale.ROOT, "%.1f TFLOP a picture, about ", flops / 1e12)
                    + Figures.duration(Speed.of(device.ops()).seconds(flops, 0)) + " if the disk keeps up");
        }
        return lines;
    }

    private String streaming() {
        var read = weights.streamedTransformer() > 0
                ? Figures.bytes(weights.streamedTransformer()) + " are read again in every evaluation"
                : "the transformer's all";
        return "of " + Figures.bytes(weights.mapped()) + " of weights " + Figures.bytes(weights.resident())
                + " stay in memory, " + read + ", the text encoders' " + Figures.bytes(weights.streamedText())
                + " for every prompt; with " + Figures.bytes(weights.missing())
                + " more free memory, or a smaller file by 'mural quantize', all would stay";
    }
}
