package io.mural.bench;

import io.mural.cli.tornado.TornadoVm;
import io.mural.engine.device.DeviceName;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * mural and its peers side by side: for every kind of work they take turns, so that whatever else the machine does
 * meets all alike, and the ratio of each round counts. Appends to {@code bench/results/versus.jsonl}, or for a device to
 * the file of its name there.
 *
 * <p>{@code Versus THREADS|DEVICE PEER-COMMAND -- WORK...}. With one thread processor time is compared, else time of the
 * clock on the wall. On a GPU so is the peer, and ceilings are what it was seen to reach there.
 */
public final class Versus {
    private static final int ROUNDS = 9;
    /** Rounds of work whose single call takes longer than {@link #LONG} seconds. */
    private static final int FEW_ROUNDS = 3;

    private static final double LONG = 5;
    private static final double SECONDS = 0.4;
    private static final double WARM_UP = 3;
    /** What the benchmarks ask of a JVM, the processor's figures among them. */
    private static final String VECTORS = "--add-modules=jdk.incubator.vector";

    private final Site site;
    private final Peer peer;
    private final Results results;
    private final String run = Results.newRun();
    private final Roofline roofline;

    private Versus(Site site, Peer peer) {
        this.site = site;
        this.peer = peer;
        this.results = new Results(site.results());
        this.roofline = site.isGpu() ? peer.ceilings() : Roofline.measure(site.threads());
    }

    public static void main(String[] args) {
        var words = List.of(args);
        int end = words.indexOf("--");
        if (DeviceName.needsTornadoVm(words.getFirst()) && !TornadoVm.isHere()) {
            System.exit(TornadoVm.run(words.getFirst(), Versus.class.getName(), List.of(VECTORS), words));
        }
        var site = Site.of(words.getFirst());
        try (var peer = new Peer(words.subList(1, end), site)) {
            var versus = new Versus(site, peer);
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
        try (var operands = new Operands(site.threads());
                var ops = site.open()) {
            var prepared = work.prepare(ops, operands);
            Runnable call = () -> {
                prepared.run();
                site.await(ops);
            };
            var engines = peer.engines(work);
            int count = Timing.of(measure(call, WARM_UP)).median() > LONG ? FEW_ROUNDS : ROUNDS;
            engines.forEach(engine -> peer.measure(work, engine, 1));
            Map<String, List<double[]>> rounds = new LinkedHashMap<>();
            for (int round = 0; round < count; round++) {
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
        site.description().ifPresent(device -> more.put("device", device));
        if (!engine.equals("mural")) {
            var ratios = new double[rounds.size()];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = Timing.of(rounds.get(i)).median()
                        / Timing.of(mural.get(i)).median();
            }
            var ratio = Timing.of(ratios);
            more.put("mural_ratio", ratio.median());
            more.put("mural_ratio_quartiles", new double[] {ratio.lowerQuartile(), ratio.upperQuartile()});
            more.put("version", peer.version());
        }
        results.append(
                run, work.name(), engine, site.threads(), site.threads() == 1 ? "processor" : "wall", timing, more);
    }

    private double[] measure(Runnable call, double seconds) {
        var threadTimes = ManagementFactory.getThreadMXBean();
        DoubleSupplier clock =
                site.threads() == 1 ? () -> threadTimes.getCurrentThreadCpuTime() / 1e9 : () -> System.nanoTime() / 1e9;
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
