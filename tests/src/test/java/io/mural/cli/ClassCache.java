package io.mural.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Mural's classes as the JVM laid them out once for all processes of the tests, as the launcher does for its user: each
 * process starts in a third of the time. There is none for the few processes of the quick tests, which would not win the
 * time back that it takes to make, nor where classes stand in folders, as in {@code mvn test}.
 */
final class ClassCache {
    /** Absolute, since processes run in other folders, and without the tests' own classes. */
    static final String CLASS_PATH = Arrays.stream(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toAbsolutePath().normalize())
            .filter(entry -> !entry.startsWith(Path.of("").toAbsolutePath()))
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));

    private static Optional<Path> made;

    private ClassCache() {}

    static synchronized Optional<Path> file() {
        if (made == null) {
            made = "all".equals(System.getProperty("mural.tests")) && onlyJars() ? make() : Optional.empty();
        }
        return made;
    }

    private static boolean onlyJars() {
        return Arrays.stream(CLASS_PATH.split(File.pathSeparator)).allMatch(entry -> entry.endsWith(".jar"));
    }

    private static Optional<Path> make() {
        try {
            var folder = Files.createTempDirectory("mural-classes");
            folder.toFile().deleteOnExit();
            var file = folder.resolve("mural.aot");
            file.toFile().deleteOnExit();
            var picture = folder.resolve("picture.png");
            var process = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:AOTCacheOutput=" + file,
                            "-Djava.awt.headless=true",
                            "-Dmural.home=" + MuralProcess.ROOT,
                            "--add-modules",
                            "jdk.incubator.vector",
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            CLASS_PATH,
                            "io.mural.cli.Main",
                            "generate",
                            "sea",
                            "--size=16",
                            "--steps=1",
                            "--output=" + picture))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            MuralProcess.await(process);
            Files.deleteIfExists(picture);
            return Optional.of(file).filter(Files::exists);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
