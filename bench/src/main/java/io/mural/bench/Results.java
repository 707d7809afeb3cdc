package io.mural.bench;

import io.mural.tensor.cpu.VectorOps;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files of measurements, a JSON object a line, each with all that is needed to judge it later. */
final class Results {
    private final Path file;

    Results(Path file) {
        this.file = file;
    }

    boolean exists() {
        return Files.exists(file);
    }

    List<JsonObject> read() {
        var entries = new ArrayList<JsonObject>();
        try {
            for (var line : Files.readAllLines(file)) {
                entries.add(Json.parse(file + " line " + (entries.size() + 1), line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
        return entries;
    }

    /**
     * Appends one measurement.
     *
     * @param engine what computed: {@code mural cpu} or a peer with its version
     */
    void append(String run, Work work, String engine, int threads, String clock, Timing timing, Roofline roofline) {
        append(
                run,
                work.name(),
                engine,
                threads,
                clock,
                timing,
                Map.of(
                        "gflops", rounded(work.flops() / timing.median() / 1e9),
                        "peak_gflops", rounded(roofline.gflops()),
                        "memory_gbs", rounded(roofline.gigabytes())));
    }

    void append(
            String run,
            String what,
            String engine,
            int threads,
            String clock,
            Timing timing,
            Map<String, Object> more) {
        var timed = new LinkedHashMap<String, Object>();
        timed.put("clock", clock);
        timed.put("samples", timing.samples());
        timed.put("median_s", timing.median());
        timed.put("quartiles_s", new double[] {timing.lowerQuartile(), timing.upperQuartile()});
        timed.putAll(more);
        append(run, what, engine, threads, timed);
    }

    /** Appends what is no time. */
    void append(String run, String what, String engine, int threads, Map<String, Object> found) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("run", run);
        entry.put("what", what);
        entry.put("engine", engine);
        entry.put("threads", threads);
        entry.putAll(found);
        entry.putAll(environment());
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            var line = Json.write(entry) + "\n";
            Files.writeString(file, line, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }

    /** Names the measurements that were made side by side. */
    static String newRun() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Map<String, Object> environment() {
        var environment = new LinkedHashMap<String, Object>();
        environment.put("commit", commit());
        environment.put("jdk", Runtime.version().toString());
        environment.put("flags", flags());
        environment.put(
                "machine",
                processor() + ", " + Runtime.getRuntime().availableProcessors() + " processors, "
                        + VectorOps.vectorBits() + "-bit vectors");
        return environment;
    }

    /** What the JVM was asked for, without modules opened to others and without places on this machine. */
    private static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.matches("--(add-exports|add-opens|add-reads).*|-D.*|.*/.*"))
                .toList();
    }

    /** The commit, with + if the sources differ from it. */
    static String commit() {
        var changes = command("git", "status", "--porcelain", "--", "*.java", "*.xml");
        return command("git", "rev-parse", "--short", "HEAD") + (changes.isEmpty() ? "" : "+");
    }

    private static String command(String... words) {
        try {
            var process = new ProcessBuilder(words).redirectErrorStream(true).start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? output.strip() : "unknown";
        } catch (IOException e) {
            throw new UncheckedIOException(words[0] + " does not run", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String processor() {
        var info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return System.getProperty("os.arch");
        }
        try (var lines = Files.lines(info)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            throw new UncheckedIOException(info + " cannot be read", e);
        }
    }

    static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
