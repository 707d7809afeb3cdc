package io.mural.bench.fuzz;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * {@code bench/run fuzz MINUTES [THREADS [TARGET...]]}: damaged inputs for everything that reads files of strangers, as many as
 * fit into the time. Prints a table; ends with 1 where an input was answered by anything but a reading or a refusal.
 */
public final class Fuzz {
    private static final int TURN = 200;
    private static final Path MEMORY_DISK = Path.of("/dev/shm");
    private static final Path FAULTS = Path.of("bench", "target", "fuzz");

    private Fuzz() {}

    public static void main(String... args) throws IOException, InterruptedException, ExecutionException {
        double minutes = Double.parseDouble(args[0]);
        int threads = args.length > 1
                ? Integer.parseInt(args[1])
                : Runtime.getRuntime().availableProcessors();
        var wanted = List.of(args).subList(Math.min(2, args.length), args.length);
        var seed = System.nanoTime();
        System.out.println("seed " + seed + ", " + threads + " threads");
        long end = System.nanoTime() + (long) (minutes * TimeUnit.MINUTES.toNanos(1));
        var runs = new CopyOnWriteArrayList<List<Attack>>();
        // Told in the end, also when that comes early, by Ctrl-C.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> report(runs), "report"));
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            var done = new ArrayList<Future<?>>();
            for (int i = 0; i < threads; i++) {
                var attacks = attacks(wanted, seed + i);
                runs.add(attacks);
                done.add(pool.submit(() -> inTurns(attacks, end)));
            }
            for (var each : done) {
                each.get();
            }
        }
        System.exit(
                runs.stream()
                                .flatMap(List::stream)
                                .allMatch(attack -> attack.faults().isEmpty())
                        ? 0
                        : 1);
    }

    private static List<Attack> attacks(List<String> wanted, long seed) throws IOException {
        var attacks = new ArrayList<Attack>();
        for (var target : Targets.all(Path.of(""))) {
            if (!wanted.isEmpty() && !wanted.contains(target.name())) {
                continue;
            }
            var folder = Files.isWritable(MEMORY_DISK)
                    ? Files.createTempDirectory(MEMORY_DISK, "mural-fuzz")
                    : Files.createTempDirectory("mural-fuzz");
            folder.toFile().deleteOnExit();
            attacks.add(new Attack(target, folder, FAULTS, seed));
        }
        if (attacks.isEmpty()) {
            throw new InputException("no reader is called so: " + wanted);
        }
        return attacks;
    }

    /** Equal time for each, not equal numbers: some take a thousand times as long as others. */
    private static void inTurns(List<Attack> attacks, long end) {
        while (System.nanoTime() < end) {
            for (var attack : attacks) {
                long turn = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TURN);
                while (System.nanoTime() < Math.min(turn, end)) {
                    attack.run(20);
                }
            }
        }
    }

    private static void report(List<List<Attack>> runs) {
        Map<String, Tally> tallies = new LinkedHashMap<>();
        var all = new Tally();
        for (var attack : runs.stream().flatMap(List::stream).toList()) {
            tallies.computeIfAbsent(attack.target().name(), name -> new Tally()).add(attack.tally());
            all.add(attack.tally());
            attack.faults().forEach(System.out::println);
        }
        System.out.println("| reader | inputs | read | refused | faults | most allocated | longest |");
        System.out.println("|---|---|---|---|---|---|---|");
        tallies.forEach((name, tally) -> System.out.println(tally.line(name)));
        System.out.println(all.line("all"));
    }
}
