package io.mural.train.parity;

import io.mural.model.parity.OtherCases.Judgement;
import io.mural.tensor.InputException;
import io.mural.train.data.Bucket;
import io.mural.train.flow.LossWeight;
import io.mural.train.flow.Timesteps;
import io.mural.train.optimize.LrSchedule;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tables of noise levels, factors on the learning rate, and sizes of pictures. */
final class TableCases {
    static final List<String> FILES = List.of("timesteps.json", "lr-factors.json", "buckets.json");
    /** Doubles, printed in full and read again. */
    private static final double BOUND = 1e-9;

    private TableCases() {}

    static Judgement judge(Path file) {
        return switch (file.getFileName().toString()) {
            case "timesteps.json" -> new Judgement(timesteps(Json.read(file)), BOUND, "");
            case "lr-factors.json" -> new Judgement(factors(Json.read(file)), BOUND, "");
            case "buckets.json" -> buckets(file);
            default -> throw new InputException(file + ": no table of training cases");
        };
    }

    private static double timesteps(JsonObject json) {
        var normals = json.numbers("normals");
        var uniforms = json.numbers("uniforms");
        double error = distance(json, "uniform", new Timesteps.Uniform(), normals, uniforms);
        error = Math.max(error, distance(json, "sigmoid", new Timesteps.LogitNormal(0, 1), normals, uniforms));
        var logit = json.object("logit_normal");
        var drawn = new Timesteps.LogitNormal(logit.number("mean"), logit.number("std"));
        error = Math.max(error, distance(logit, "t", drawn, normals, uniforms));
        var shift = json.object("shift");
        error = Math.max(error, distance(shift, "t", new Timesteps.Shift(shift.number("shift")), normals, uniforms));
        for (var entry : json.objects("flux_shift")) {
            error = Math.max(error, distance(entry, "t", Timesteps.ofModel(entry.number("mu")), normals, uniforms));
        }
        if (json.has("flux_shift_nano")) {
            var nano = json.object("flux_shift_nano");
            error = Math.max(error, distance(nano, "t", Timesteps.ofModel(nano.number("mu")), normals, uniforms));
        }
        var mode = json.object("mode");
        error = Math.max(error, distance(mode, "t", new Timesteps.Mode(mode.number("scale")), normals, uniforms));
        return Math.max(error, weights(json.object("weights"), uniforms));
    }

    private static double distance(
            JsonObject json, String key, Timesteps timesteps, double[] normals, double[] uniforms) {
        var expected = json.numbers(key);
        double error = 0;
        for (int i = 0; i < expected.length; i++) {
            error = Math.max(error, Math.abs(timesteps.of(normals[i], uniforms[i]) - expected[i]));
        }
        return error;
    }

    private static double weights(JsonObject json, double[] levels) {
        double error = 0;
        for (var weight : LossWeight.values()) {
            var expected = json.numbers(weight.name().toLowerCase(Locale.ROOT));
            for (int i = 0; i < expected.length; i++) {
                error = Math.max(error, Math.abs(weight.of(levels[i]) / expected[i] - 1));
            }
        }
        return error;
    }

    private static double factors(JsonObject json) {
        int steps = json.integer("steps");
        double error = 0;
        for (var schedule : LrSchedule.values()) {
            var expected = json.numbers(schedule.name().toLowerCase(Locale.ROOT));
            for (int i = 0; i < steps; i++) {
                error = Math.max(error, Math.abs(schedule.factor(i, steps, json.integer("warmup")) - expected[i]));
            }
        }
        return error;
    }

    /** The share of pictures that come to another size than expected. */
    private static Judgement buckets(Path file) {
        int wrong = 0;
        var first = "";
        var entries = Json.readObjects(file);
        for (var entry : entries) {
            var made = bucket(entry);
            if (!made.equals(expected(entry))) {
                wrong++;
                first = first.isEmpty() ? "such as " + made + " for " + Json.write(entry.asMap()) : first;
            }
        }
        return new Judgement((double) wrong / entries.size(), 0, first);
    }

    /** Empty for pictures too small to train on. */
    private static Optional<Bucket> bucket(JsonObject entry) {
        try {
            return Optional.of(Bucket.of(
                    entry.integer("width"),
                    entry.integer("height"),
                    entry.integer("side"),
                    entry.integer("step"),
                    entry.bool("upscale")));
        } catch (InputException tooSmall) {
            return Optional.empty();
        }
    }

    private static Optional<Bucket> expected(JsonObject entry) {
        if (entry.asMap().get("result") == null) {
            return Optional.empty();
        }
        var result = entry.object("result");
        var size = result.integers("bucket");
        var resized = result.integers("resized");
        var crop = result.integers("crop");
        return Optional.of(new Bucket(size[0], size[1], resized[0], resized[1], crop[0], crop[1]));
    }
}
