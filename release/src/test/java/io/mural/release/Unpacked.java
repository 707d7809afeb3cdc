package io.mural.release;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An archive as users have it: unpacked in a folder with a blank in its name, called through a link. */
record Unpacked(Path folder, Path program) {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final long PATIENCE_SECONDS = 300;

    /** What a run printed. */
    record Result(int exit, String out, String err) {}

    static Path target(String name) {
        return TARGET.resolve(name);
    }

    static String version() {
        return System.getProperty("release.version");
    }

    static Path zip() {
        return target("mural-" + version() + ".zip");
    }

    static Path image() {
        return target(System.getProperty("release.image") + ".tar.gz");
    }

    /** By the tools that users take. */
    static Unpacked of(Path scratch, Path archive) throws IOException, InterruptedException {
        var folder = Files.createDirectories(scratch.resolve("a folder"));
        var command = archive.toString().endsWith(".zip")
                ? List.of("unzip", "-q", archive.toString())
                : List.of("tar", "xf", archive.toString());
        run(scratch, folder, Map.of(), command);
        var root = folder.resolve("mural-" + version());
        return new Unpacked(root, Files.createSymbolicLink(scratch.resolve("mural"), root.resolve("bin/mural")));
    }

    Result run(Map<String, String> environment, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(args));
        return run(program.getParent(), program.getParent(), environment, command);
    }

    static Result run(Path scratch, Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        var out = scratch.resolve("out.txt");
        var err = scratch.resolve("err.txt");
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_HOME", "MURAL_JAVA_OPTS"));
        builder.environment().putAll(environment);
        var process = builder.start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " did not end within " + PATIENCE_SECONDS + " seconds");
        }
        return new Result(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
