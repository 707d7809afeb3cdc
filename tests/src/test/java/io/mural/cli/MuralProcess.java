package io.mural.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Mural as a process of its own, started as the launcher starts it.
 *
 * @param folder it runs in
 * @param options for the JVM, beside the launcher's
 */
record MuralProcess(Path folder, String... options) {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    static final Path NANO = ROOT.resolve("models/mural-nano");
    static final Path GOLDENS = ROOT.resolve("goldens");

    private static final long PATIENCE_SECONDS = 300;
    /** Starts sooner; for runs that do not compute. */
    static final String QUICK = "-XX:TieredStopAtLevel=1";

    /** The launcher filters this line; here it is dropped from what was read. */
    private static final String INCUBATOR = "WARNING: Using incubator modules: jdk.incubator.vector";

    /**
     * How a run ended.
     *
     * @param err its lines on stderr
     */
    record Result(int exit, String out, List<String> err) {
        /** The lines on stdout. */
        List<String> lines() {
            return out.lines().toList();
        }
    }

    Result run(String... args) {
        return run("", Map.of(), args);
    }

    /** With text on stdin. */
    Result typing(String input, String... args) {
        return run(input, Map.of(), args);
    }

    Result run(String input, Map<String, String> environment, String... args) {
        try {
            var out = Files.createTempFile("mural-out", null);
            var err = Files.createTempFile("mural-err", null);
            try {
                var builder = builder(args).redirectOutput(out.toFile()).redirectError(err.toFile());
                builder.environment().putAll(environment);
                var process = builder.start();
                try (var stdin = process.getOutputStream()) {
                    stdin.write(input.getBytes(StandardCharsets.UTF_8));
                }
                return new Result(await(process), Files.readString(out), errors(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With stdout going to a file or a device; what it wrote there is not read. */
    Result into(Path out, String... args) {
        try {
            var err = Files.createTempFile("mural-err", null);
            try {
                var process = builder(args)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                return new Result(await(process), "", errors(err));
            } finally {
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it and returns at once; stderr goes to {@code err}. */
    Process start(Path err, String... args) {
        return start(Map.of(), err, args);
    }

    Process start(Map<String, String> environment, Path err, String... args) {
        try {
            var builder = builder(args).redirectError(err.toFile());
            builder.environment().putAll(environment);
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int await(Process process) {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("mural did not end within " + PATIENCE_SECONDS + " seconds");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new AssertionError("interrupted", e);
        }
    }

    static List<String> errors(Path err) throws IOException {
        return Files.readAllLines(err).stream()
                .filter(line -> !line.equals(INCUBATOR))
                .toList();
    }

    private ProcessBuilder builder(String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "-Xlog:disable",
                "-Xlog:all=warning,aot*=off,cds*=off:stderr",
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-Dsun.jnu.encoding=UTF-8",
                "-Djava.awt.headless=true",
                "-Dmural.home=" + ROOT,
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                ClassCache.CLASS_PATH,
                "io.mural.cli.Main"));
        command.addAll(1, List.of(options));
        ClassCache.file().ifPresent(cache -> command.add(1, "-XX:AOTCache=" + cache));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).directory(folder.toFile());
    }

    /** The names of all files in its folder. */
    List<String> files() {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
