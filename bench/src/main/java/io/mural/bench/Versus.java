package io.mural.bench;

import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * mural and its peers side by side: for every kind of work they take turns, so that whatever else the machine does
 * meets all alike, and the ratio of each round counts. Appends to {@code bench/results/versus.jsonl}.
 *
 * <p>{@code Versus THREADS PEER-COMMAND -- WORK...}. With one thread processor time is compared, else time of the
 * clock on the wall.
 */
public final class Versus {
    private static final int ROUNDS = 9;
    private static final double SECONDS = 0.4;
    private static final double WARM_UP = 3;

    private final int threads;
    private final Peer peer;
    private final Results results = new Results(Path.of("bench", "results", "versus.jsonl"));
    private final String run = Results.newRun();
    private final Roofline roofline;

    private Versus(int threads, Peer peer) {
        this.threads = threads;
        this.peer = peer;
        this.roofline = Roofline.measure(threads);
    }

    public static void main(String[] args) {
        var words = List.of(args);
        int end = words.indexOf("--");
        int threads = Integer.parseInt(words.getFirst());
        try (var peer = new Peer(words.subList(1, end), threads)) {
            var versus = new Versus(threads, peer);
            try {
                for (var work : words.subList(end + 1, words.size())) {
                    versus.compare(Work.parse(work));
                }
            } finally {
                Table.print(versus.results.read(), versus.run);
            }
        }
    }

    private void compare(Work work) {
        try (var operands = new Operands(threads);
                var ops = new VectorOps(new Workspace(), threads)) {
            var call = work.prepare(ops, operands);
            var engines = peer.engines(work);
            measure(call, WARM_UP);
            engines.forEach(engine -> peer.measure(work, engine, 1));
            Map<String, List<double[]>> rounds = new LinkedHashMap<>();
            for (int round = 0; round < ROUNDS; round++) {
                rounds.computeIfAbsent("mural", name -> new ArrayList<>()).add(measure(call, SECONDS));
                for (var engine : engines) {
                    rounds.computeIfAbsent(engine, name -> new ArrayList<>()).add(peer.measure(work, engine, SECONDS));
                }
            }
            double flops = work.flops();
            rounds.forEach((engine, times) -> append(work, flops, engine, times, rounds.get("mural")));
        }
    }

    private void append(Work work, double flops, String engine, List<double[]> rounds, List<double[]> mural) {
        var more = new LinkedHashMap<String, Object>();
        var timing = Timing.of(
                rounds.stream().flatMapToDouble(java.util.Arrays::stream).toArray());
        if (flops > 0) {
            more.put("gflops", Results.rounded(flops / timing.median() / 1e9));
        }
        more.put("peak_gflops", Results.rounded(roofline.gflops()));
        more.put("memory_gbs", Results.rounded(roofline.gigabytes()));
        if (!engine.equals("mural")) {
            var ratios = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                ratios[i] = Timing.of(rounds.get(i)).median()
                        / Timing.of(mural.get(i)).median();
            }
            var ratio = Timing.of(ratios);
            more.put("mural_ratio", ratio.median());
            more.put("mural_ratio_quartiles", new double[] {ratio.lowerQuartile(), ratio.upperQuartile()});
            more.put("version", peer.version());
        }
        results.append(run, work.name(), engine, threads, threads == 1 ? "processor" : "wall", timing, more);
    }

    private double[] measure(Runnable call, double seconds) {
        var threadTimes = ManagementFactory.getThreadMXBean();
        DoubleSupplier clock =
                threads == 1 ? () -> threadTimes.getCurrentThreadCpuTime() / 1e9 : () -> System.nanoTime() / 1e9;
        var samples = new ArrayList<Double>();
        long start = System.nanoTime();
        while (samples.isEmpty() || System.nanoTime() - start < seconds * 1e9) {
            double before = clock.getAsDouble();
            call.run();
            samples.add(clock.getAsDouble() - before);
        }
        return samples.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
