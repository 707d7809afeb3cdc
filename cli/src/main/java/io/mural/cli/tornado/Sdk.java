package io.mural.cli.tornado;

import io.mural.engine.text.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An installed TornadoVM SDK: a folder with Java modules in {@code share/java}, native libraries in {@code lib} and
 * lists of options for the JVM in {@code etc/exportLists}.
 *
 * @param notice what a user of it should know
 * @param backends what it compiles kernels to, such as {@code opencl}; at least one
 */
record Sdk(Path home, List<String> backends, Optional<String> notice) {
    static final String VARIABLE = "TORNADOVM_HOME";

    private static final Pattern API = Pattern.compile("tornado-api-(.+)\\.jar");
    private static final Pattern DRIVER = Pattern.compile("tornado-drivers-([a-z]+)-\\d.*\\.jar");
    private static final String COMMON = "common"; // what all drivers share

    /** What came of looking for an SDK. */
    sealed interface Search {
        record Found(Sdk sdk) implements Search {}

        /** @param reason one line with the remedy */
        record Missing(String reason) implements Search {}
    }

    /** The SDK in the folder of {@code --tornado-home}, else of {@code TORNADOVM_HOME}, else of SDKMAN. */
    static Search find(Optional<Path> named) {
        String variable = System.getenv(VARIABLE);
        if (named.isPresent()) {
            return at("--tornado-home", named.get());
        }
        if (variable != null && !variable.isBlank()) {
            return at(VARIABLE, Path.of(variable));
        }
        Path sdkman = sdkman().resolve("candidates/tornadovm/current");
        if (Files.isDirectory(sdkman)) {
            return at("SDKMAN", sdkman);
        }
        return new Search.Missing(
                "no TornadoVM SDK found; " + install() + ", or point --tornado-home or TORNADOVM_HOME at one");
    }

    Path modules() {
        return home.resolve("share/java/tornado");
    }

    /** Those that it has of the modules that call NVIDIA's libraries. */
    List<String> libraryModules() {
        return Stream.of("cublas", "cudnn")
                .filter(library -> !jars(Pattern.compile("tornado-" + library + "-(.+)\\.jar"))
                        .isEmpty())
                .toList();
    }

    /** The compiler's modules, newer than the JDK's own. */
    Path compiler() {
        return home.resolve("share/java/graalJars");
    }

    Path libraries() {
        return home.resolve("lib");
    }

    /** A file of options for the JVM, one a line. */
    private Path exports(String name) {
        return home.resolve("etc/exportLists/" + name + "-exports");
    }

    static String install() {
        return "install version %s or newer, such as with 'sdk install tornadovm %1$s-opencl' (or -cuda, -ptx) of sdkman.io"
                .formatted(Version.tornadoVm());
    }

    private static Path sdkman() {
        String folder = System.getenv("SDKMAN_DIR");
        return folder == null ? Path.of(System.getProperty("user.home"), ".sdkman") : Path.of(folder);
    }

    private static Search at(String source, Path folder) {
        Path home = folder.toAbsolutePath().normalize();
        String where = source + ": " + home;
        if (!Files.isDirectory(home.resolve("share/java/tornado"))) {
            return new Search.Missing(where + " is no TornadoVM SDK, share/java/tornado is missing; " + install());
        }
        Sdk sdk = new Sdk(home, List.of(), Optional.empty());
        List<String> versions = sdk.jars(API);
        SdkVersion tested = SdkVersion.of(Version.tornadoVm()).orElseThrow();
        var version = versions.stream().findFirst().flatMap(SdkVersion::of);
        if (version.isEmpty() || version.get().isBefore(tested)) {
            return new Search.Missing("%s is TornadoVM %s, but mural works with %s and newer; %s"
                    .formatted(
                            where,
                            versions.isEmpty() ? "without its API" : versions.getFirst(),
                            tested.text(),
                            install()));
        }
        if (!version.get().runsOn(Runtime.version().feature())) {
            return new Search.Missing("TornadoVM %s needs a JDK %d, but mural runs on %d; point JAVA_HOME at a JDK %2$d"
                    .formatted(
                            version.get().text(),
                            version.get().jdk(),
                            Runtime.version().feature()));
        }
        List<String> backends =
                sdk.jars(DRIVER).stream().filter(name -> !name.equals(COMMON)).toList();
        if (backends.isEmpty()) {
            return new Search.Missing(where + " has no driver in share/java/tornado; " + install());
        }
        return new Search.Found(new Sdk(home, backends, notice(version.get(), tested)));
    }

    private static Optional<String> notice(SdkVersion version, SdkVersion tested) {
        return tested.isBefore(version)
                ? Optional.of("TornadoVM %s is newer than %s, which mural was tried with; `mural parity goldens/cases`"
                                .formatted(version.text(), tested.text())
                        + " shows whether they work together")
                : Optional.empty();
    }

    /** Whether it has a module, by its jar. */
    boolean hasModule(String name) {
        return !jars(Pattern.compile(Pattern.quote("tornado-" + name) + "-\\d.*\\.jar()"))
                .isEmpty();
    }

    /** Its lists of options for the JVM that there are: those all drivers share, and those of the named ones. */
    List<Path> exportLists(List<String> backends) {
        return Stream.concat(Stream.of(COMMON), backends.stream())
                .map(this::exports)
                .filter(Files::exists)
                .toList();
    }

    /** The first group of the pattern in the names of jars that match it, in order. */
    private List<String> jars(Pattern pattern) {
        try (Stream<Path> files = Files.list(modules())) {
            return files.map(file -> pattern.matcher(file.getFileName().toString()))
                    .flatMap(matcher -> matcher.results().filter(result -> result.start() == 0))
                    .map((MatchResult result) -> result.group(1))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + modules(), e);
        }
    }
}
