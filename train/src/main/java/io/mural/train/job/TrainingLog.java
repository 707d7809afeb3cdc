package io.mural.train.job;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.Shown;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A line in JSON a step, in a file beside the run's result. */
final class TrainingLog {
    /** Steps that the running mean of the loss looks back. */
    private static final double SPAN = 100;

    private final Path file;
    private double mean = Double.NaN;

    /** @param done steps that the run begins after; what the file says of later ones is cut off */
    TrainingLog(Path file, long done) {
        this.file = file;
        try {
            if (done == 0) {
                Files.deleteIfExists(file);
            } else if (Files.exists(file)) {
                var kept = new StringBuilder();
                for (var line : wholeLines(Files.readString(file))) {
                    var json = Json.parse(file.toString(), line);
                    if (json.longInteger("step") <= done) {
                        kept.append(line).append('\n');
                        mean = json.number("mean_loss", mean);
                    }
                }
                WholeFile.write(file, kept.toString().getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new InputException(file + ": cannot be written: " + Shown.reason(e), e);
        }
    }

    /** A run that was killed may have left a part of its last line. */
    private static List<String> wholeLines(String text) {
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    void step(Step step) {
        double share = Double.isNaN(mean) ? 1 : 1 / Math.min(step.number(), SPAN);
        mean = Double.isNaN(mean) ? step.loss() : mean + share * (step.loss() - mean);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step.number());
        line.put("loss", step.loss());
        line.put("mean_loss", mean);
        line.put("norm", step.norm());
        line.put("lr", step.learningRate());
        step.distance().ifPresent(d -> line.put("d", d));
        line.put("t", step.t());
        line.put("seconds", step.seconds());
        append(line);
    }

    void validation(long step, double loss) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step);
        line.put("validation_loss", loss);
        append(line);
    }

    private void append(Map<String, Object> line) {
        try {
            Files.writeString(
                    file,
                    Json.write(line) + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be written: " + Shown.reason(e), e);
        }
    }
}
