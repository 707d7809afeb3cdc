package io.mural.bench;

import io.mural.Input;
import io.mural.Mural;
import io.mural.Progress;
import io.mural.Request;
import io.mural.Sink;
import io.mural.engine.device.DeviceChoice;
import io.mural.model.edit.Region;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.tensor.Ops;
import io.mural.tensor.Precision;
import io.mural.tensor.WeightStorage;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import io.mural.weights.text.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Parts of a picture of 4096 x 4096 pixels painted anew by the embedded model, beside the run that made the picture: each
 * in a process of its own, whose seconds and memory are appended to {@code bench/results/regions.jsonl}. What the commit
 * at hand has there already is not measured again, so that it goes on where it was broken off. Then the chart and the
 * table of {@code docs/editing.md} are written.
 *
 * <p>{@code Regions [--charts | whole | PERCENT...]}
 */
public final class Regions {
    static final String PREFIX = "region:nano:";
    static final String WHOLE = "whole";
    static final int SIDE = 4096;

    private static final List<String> POINTS = List.of(WHOLE, "5", "10", "25", "50");
    private static final Path MODEL = Path.of("models", "mural-nano");
    private static final Path FOLDER = Path.of("bench", "target", "regions");
    private static final Path PICTURE = FOLDER.resolve("whole.png");
    private static final long MEMORY = 8L << 30;
    /** Says to the process that it is to measure, not to start others. */
    private static final String CHILD = "--here";

    private final Results results = new Results(Path.of("bench", "results", "regions.jsonl"));
    private final int threads = Runtime.getRuntime().availableProcessors();
    private final List<Workspace> workspaces = new ArrayList<>();
    private final Map<Stage, Double> stages = new EnumMap<>(Stage.class);
    private Stage stage = Stage.TEXT;
    private long last;

    private Regions() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        var regions = new Regions();
        if (args.length > 0 && args[0].equals(CHILD)) {
            regions.measure(args[1]);
            return;
        }
        if (args.length == 0 || !args[0].equals("--charts")) {
            regions.measureAll(args.length == 0 ? POINTS : List.of(args));
        }
        var found = regions.newest();
        RegionsPage.write(Path.of("docs", "editing.md"), Path.of("docs", "images"), found);
    }

    private void measureAll(List<String> points) throws IOException, InterruptedException {
        var there = results.exists()
                ? results.read().stream()
                        .filter(entry -> entry.string("commit").equals(Results.commit()))
                        .map(entry -> entry.string("what"))
                        .toList()
                : List.<String>of();
        for (var point : points) {
            boolean first = point.equals(WHOLE) && !Files.exists(PICTURE);
            if (first || !there.contains(PREFIX + point)) {
                start(point);
            }
        }
    }

    /** Memory is a process's: one for each. */
    private static void start(String point) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Regions.class.getName(), CHILD, point));
        int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException("the measurement of " + point + " ended with " + exit);
        }
    }

    /** The newest line of each point, smallest part first and the whole last. */
    private List<JsonObject> newest() {
        Map<String, JsonObject> newest = new LinkedHashMap<>();
        POINTS.reversed().forEach(point -> newest.put(PREFIX + point, null));
        results.read().forEach(entry -> newest.put(entry.string("what"), entry));
        return newest.values().stream()
                .filter(entry -> entry != null)
                .sorted((a, b) -> Double.compare(a.number("share"), b.number("share")))
                .toList();
    }

    private Ops open() {
        var workspace = new Workspace();
        workspaces.add(workspace);
        return new VectorOps(workspace, threads);
    }

    private static Request request(String point) {
        if (point.equals(WHOLE)) {
            return Request.of("a sunset over purple mountains and a calm sea")
                    .size(SIDE, SIDE)
                    .seed(5)
                    .build();
        }
        return Request.of("a green meadow with flowers under a sunset sky")
                .change(Input.of(PICTURE))
                .region(region(Double.parseDouble(point) / 100))
                .seed(5)
                .build();
    }

    /** A square of the lower half, or around it. */
    private static Region region(double share) {
        int side = (int) Math.round(SIDE * Math.sqrt(share));
        return new Region((SIDE - side) / 2, SIDE - side, side, side);
    }

    private void measure(String point) throws IOException {
        Files.createDirectories(FOLDER);
        var device = new DeviceChoice(
                "cpu", threads, Optional.empty(), Precision.F32, WeightStorage.USUAL, 0, false, this::open);
        long start = System.nanoTime();
        var out = point.equals(WHOLE) ? PICTURE : FOLDER.resolve("region-" + point + ".png");
        Map<String, Object> more = new LinkedHashMap<>();
        try (var mural =
                Mural.builder().model(MODEL).device(device).memory(MEMORY).open()) {
            var request = request(point);
            var plan = mural.plan(request);
            more.put("pixels", SIDE);
            more.put("share", point.equals(WHOLE) ? 1 : Double.parseDouble(point) / 100);
            more.put("flops", plan.flops());
            more.put("planned_bytes", plan.memoryBytes());
            last = System.nanoTime();
            mural.generate(request, Sink.png(out), this::hear);
            stages.merge(stage, (System.nanoTime() - last) / 1e9, Double::sum);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        stages.forEach((each, took) -> more.put(each.name().toLowerCase(Locale.ROOT) + "_s", Results.rounded(took)));
        long bytes =
                workspaces.stream().mapToLong(Workspace::reservedBytes).max().orElse(0);
        more.put("workspace_bytes", bytes);
        ResidentMemory.peak().ifPresent(resident -> more.put("resident_bytes", resident));
        var timing = new Timing(1, seconds, seconds, seconds);
        results.append(Results.newRun(), PREFIX + point, "mural", threads, "wall", timing, more);
        System.out.printf(
                Locale.ROOT,
                "%s: %.1f s, activations of %d MiB, resident %d MiB; %s%n",
                point,
                seconds,
                bytes >> 20,
                ResidentMemory.peak().orElse(0) >> 20,
                stages);
    }

    /** Time goes to the stage that it was in; reading before the first is text's. */
    private void hear(Progress event) {
        if (event instanceof Progress.StageBegun begun) {
            long now = System.nanoTime();
            stages.merge(stage, (now - last) / 1e9, Double::sum);
            last = now;
            stage = begun.stage();
        }
    }
}
