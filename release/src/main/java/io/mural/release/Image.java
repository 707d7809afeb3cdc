package io.mural.release;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * The release with a Java of its own: what jlink makes of the modules that the jars need, and the classes of a start as
 * the JVM lays them out, one file for each kind of start.
 *
 * <p>The JVM's AOT caches differ from run to run; its static archives, made from a list of classes, hardly ever do, and the
 * JVM takes them as its AOT cache. Both remember the folder they were made in, though not as a condition.
 */
public final class Image {
    /** Needed by no class that jdeps sees: kernels look for the first, names of files in old encodings need the second. */
    private static final List<String> UNSEEN = List.of("jdk.incubator.vector", "jdk.charsets");

    /** Comments, and which constants of a class were in use when the list was written, which is not the same each time. */
    private static final Pattern UNNEEDED = Pattern.compile("(#|@cp ).*");

    private Image() {}

    /** @param args the folder of the unpacked release, that of the image, and the time that files shall have */
    public static void main(String[] args) throws IOException, InterruptedException {
        var release = Path.of(args[0]).toAbsolutePath();
        var image = Path.of(args[1]).toAbsolutePath();
        var time = FileTime.from(Instant.parse(args[2]));
        delete(image);
        copy(release, image);
        link(release, image.resolve("runtime"));
        setTimes(image, time);
        for (var kind : List.of("light", "compute")) {
            archive(image, kind, time);
        }
    }

    private static void link(Path release, Path runtime) throws IOException, InterruptedException {
        // On the class path, as the program is run: some jars are modules, whose descriptors name what is not there.
        var needed = run(
                        "jdeps",
                        List.of(
                                "--ignore-missing-deps",
                                "--multi-release",
                                String.valueOf(Runtime.version().feature()),
                                "--recursive",
                                "--print-module-deps",
                                "--class-path",
                                String.join(File.pathSeparator, libraries(release)),
                                release.resolve("mural.jar").toString()))
                .strip()
                .lines()
                .toList()
                .getLast();
        // jlink writes sets in the order they have in memory, which each JVM draws at its start, but for one that takes
        // notes
        // for a class cache: that has to do the same each time.
        var notes = runtime.resolveSibling("notes");
        output(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "-J-XX:AOTMode=record",
                "-J-XX:AOTConfiguration=" + notes,
                "--add-modules",
                needed + "," + String.join(",", UNSEEN),
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                "--compress",
                "zip-6",
                "--output",
                runtime.toString()));
        Files.delete(notes);
        // jlink leaves out whose Java it is; the launcher names its class caches by that.
        Files.writeString(
                runtime.resolve("release"),
                Files.readString(runtime.resolve("release"))
                        + "IMPLEMENTOR=\"" + System.getProperty("java.vendor") + "\"\n"
                        + "JAVA_RUNTIME_VERSION=\"" + Runtime.version() + "\"\n");
    }

    private static List<String> libraries(Path release) throws IOException {
        try (var lib = Files.list(release.resolve("lib"))) {
            return lib.sorted().map(Path::toString).toList();
        }
    }

    private static String run(String tool, List<String> args) {
        var out = new StringWriter();
        var writer = new PrintWriter(out, true);
        int exit = ToolProvider.findFirst(tool).orElseThrow().run(writer, writer, args.toArray(String[]::new));
        if (exit != 0) {
            throw new IllegalStateException(tool + " ended with " + exit + ": " + out);
        }
        return out.toString();
    }

    /** The launcher says under which name it looks for the file, and with which options it starts the JVM. */
    private static void archive(Path image, String kind, FileTime time) throws IOException, InterruptedException {
        var said = output(List.of(
                "bash",
                "-c",
                "source \"$1/bin/mural\" && set_flags \"$1\" $2"
                        + " && printf '%s\\n' \"$(class_cache \"$1/runtime\" \"$1\" $2)\" \"${FLAGS[@]}\"",
                "mural",
                image.toString(),
                kind));
        var cache = Path.of(said.getFirst());
        var java = Stream.concat(
                        Stream.of(image.resolve("runtime/bin/java").toString()), said.subList(1, said.size()).stream())
                .toList();
        var classes = image.resolveSibling(kind + ".classes");
        output(with(java, "-Xshare:off", "-XX:DumpLoadedClassList=" + classes, "-jar", image + "/mural.jar", "--help"));
        // Threads load classes in no fixed order.
        Files.write(
                classes,
                Files.readAllLines(classes).stream()
                        .filter(line -> !UNNEEDED.matcher(line).matches())
                        .sorted()
                        .toList());
        output(with(
                java,
                "-Xshare:dump",
                "-XX:SharedClassListFile=" + classes,
                "-XX:SharedArchiveFile=" + cache,
                "-jar",
                image + "/mural.jar"));
        Files.setLastModifiedTime(cache, time);
        // The launcher takes a cache that is as old as this file to be whole.
        var made = Files.createFile(Path.of(cache + ".made"));
        Files.setLastModifiedTime(made, time);
    }

    private static List<String> with(List<String> command, String... more) {
        return Stream.concat(command.stream(), Stream.of(more)).toList();
    }

    private static List<String> output(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + " ended with " + process.exitValue() + ": " + out);
        }
        return out.lines().toList();
    }

    private static void setTimes(Path folder, FileTime time) throws IOException {
        for (var path : below(folder)) {
            if (!Files.isSymbolicLink(path)) {
                Files.setLastModifiedTime(path, time);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (var path : below(from)) {
            Files.copy(path, to.resolve(from.relativize(path).toString()));
        }
        if (!to.resolve("bin/mural").toFile().setExecutable(true, false)) {
            throw new IllegalStateException("the launcher cannot be made executable");
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            for (var path : below(folder).reversed()) {
                Files.delete(path);
            }
        }
    }

    private static List<Path> below(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            return all.sorted().toList();
        }
    }
}
