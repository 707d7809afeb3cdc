package io.mural.train.job;

import io.mural.tensor.InputException;
import io.mural.train.data.Identity;
import io.mural.train.optimize.Ema;
import io.mural.train.optimize.Optimizer;
import io.mural.train.optimize.Parameter;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that a run needs to go on with the same bytes: weights, the optimiser's state, averages, the step. */
final class TrainingState {
    private static final String STEP = "step";
    private static final String IDENTITY = "identity";
    private static final String CHECKSUM = "checksum";
    private static final String EMA_STEPS = "ema_steps";
    private static final String NUMBER = "number.";

    private TrainingState() {}

    /** The file beside a run's result. */
    static Path of(Path out) {
        return out.resolveSibling(out.getFileName() + ".state");
    }

    static void write(Path file, String identity, long step, List<Parameter> parameters, Optimizer optimizer, Ema ema) {
        Map<String, float[]> arrays = new TreeMap<>();
        for (var parameter : parameters) {
            arrays.put("w." + parameter.name(), parameter.value().toArray());
        }
        optimizer.arrays().forEach((name, values) -> arrays.put("o." + name, values));
        ema.averages().forEach((name, values) -> arrays.put("e." + name, values));
        var writer = new SafetensorsWriter()
                .metadata(STEP, Long.toString(step))
                .metadata(IDENTITY, identity)
                .metadata(EMA_STEPS, Long.toString(ema.steps()))
                .metadata(CHECKSUM, checksum(arrays));
        optimizer.numbers().forEach((name, value) -> writer.metadata(NUMBER + name, Double.toHexString(value)));
        arrays.forEach((name, values) -> writer.add(name, new long[] {values.length}, values));
        writer.write(file);
    }

    private static String checksum(Map<String, float[]> arrays) {
        var identity = new Identity();
        new TreeMap<>(arrays).forEach((name, values) -> identity.add(name).add(values));
        return identity.text();
    }

    /** Takes up a state. @return the steps that were done */
    static long read(Path file, String identity, List<Parameter> parameters, Optimizer optimizer, Ema ema) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": there is no state to go on from; start the run without resuming");
        }
        try (var checkpoint = Checkpoint.open(file)) {
            var metadata = checkpoint.metadata();
            if (!metadata.containsKey(STEP) || !metadata.containsKey(CHECKSUM)) {
                throw new InputException(file + " is no state of a training run");
            }
            if (!identity.equals(metadata.get(IDENTITY))) {
                throw new InputException(file + " is the state of another run: its data, options or model differ;"
                        + " start anew under another name, or repeat the options of that run");
            }
            Map<String, float[]> arrays = new TreeMap<>();
            checkpoint.tensors().keySet().forEach(name -> arrays.put(name, checkpoint.floats(name)));
            if (!checksum(arrays).equals(metadata.get(CHECKSUM))) {
                throw new InputException(file + " is damaged: its checksum does not fit its contents");
            }
            for (var parameter : parameters) {
                parameter.value().copyFrom(arrays.get("w." + parameter.name()));
            }
            Map<String, Double> numbers = new LinkedHashMap<>();
            metadata.forEach((name, value) -> {
                if (name.startsWith(NUMBER)) {
                    numbers.put(name.substring(NUMBER.length()), Double.parseDouble(value));
                }
            });
            optimizer.restore(part(arrays, "o."), numbers);
            ema.restore(part(arrays, "e."), Long.parseLong(metadata.get(EMA_STEPS)));
            return Long.parseLong(metadata.get(STEP));
        }
    }

    private static Map<String, float[]> part(Map<String, float[]> arrays, String prefix) {
        Map<String, float[]> part = new LinkedHashMap<>();
        arrays.forEach((name, values) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), values);
            }
        });
        return part;
    }
}
