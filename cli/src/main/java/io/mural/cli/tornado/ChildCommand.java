package io.mural.cli.tornado;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command line of TornadoVM's JVM, made from the SDK's folders; the SDK's own script for it needs Python. */
final class ChildCommand {
    /** Set in TornadoVM's JVM: where the SDK is. */
    static final String MARK = "mural.tornado.home";

    /** What the child has to know from this JVM's own command line. */
    private static final List<String> HANDED_ON = List.of(
            "mural.home", "java.awt.headless", "stdout.encoding", "stderr.encoding", "sun.jnu.encoding", "user.home");

    /** Modules that are needed and that nothing else names, as far as an SDK has them. */
    private static final List<String> COMMON = List.of("runtime", "annotation", "drivers-common");

    private ChildCommand() {}

    /**
     * A JVM, not yet started.
     *
     * @param backends whose drivers to load
     * @param args of the program {@code mainClass}
     */
    static ProcessBuilder process(Sdk sdk, List<String> backends, String mainClass, List<String> args) {
        var process = new ProcessBuilder(command(sdk, backends, mainClass, args));
        // TornadoVM's settings and the logs of failed builds are there.
        process.environment().put(Sdk.VARIABLE, sdk.home().toString());
        if (backends.contains("opencl")) {
            chainSignals(process.environment());
        }
        return process;
    }

    /**
     * PoCL compiles with LLVM, which takes every signal for a crash and deletes its temporary files, while the JVM uses
     * signals all the time: without the JDK's library for chained handlers, builds of kernels fail now and then. NVIDIA's
     * compiler does without, and the library would warn of the handlers that it sets.
     */
    private static void chainSignals(Map<String, String> environment) {
        Path library = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");
        if (Files.exists(library)) {
            environment.merge("LD_PRELOAD", library.toString(), (given, own) -> own + File.pathSeparator + given);
        }
    }

    private static List<String> command(Sdk sdk, List<String> backends, String mainClass, List<String> args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm(sdk));
        command.addAll(tornadoVm(sdk, backends));
        HANDED_ON.stream()
                .filter(key -> System.getProperty(key) != null)
                .forEach(key -> command.add("-D" + key + "=" + System.getProperty(key)));
        command.addAll(userOptions());
        command.addAll(List.of("-cp", classPath(), mainClass));
        command.addAll(args);
        return command;
    }

    private static List<String> jvm(Sdk sdk) {
        // The JVM's own warnings belong on stderr.
        List<String> options = new ArrayList<>(List.of(
                "-Xlog:disable",
                "-Xlog:all=warning,aot*=off,cds*=off:stderr",
                "-XX:+UseParallelGC",
                "-XX:MaxRAMPercentage=70"));
        // SDKs with modules of the Graal compiler need the JVM's interface for compilers; later ones have neither.
        if (Files.isDirectory(sdk.compiler())) {
            options.addAll(List.of("-XX:+UnlockExperimentalVMOptions", "-XX:+EnableJVMCI"));
            options.add("--upgrade-module-path=" + sdk.compiler());
        }
        return options;
    }

    private static List<String> tornadoVm(Sdk sdk, List<String> backends) {
        String runtime = "uk.ac.manchester.tornado.runtime.";
        var drivers = Stream.concat(
                        backends.stream().map(backend -> "tornado.drivers." + backend),
                        backends.contains("cuda")
                                ? sdk.libraryModules().stream().map(library -> "tornado." + library)
                                : Stream.empty())
                .toList();
        List<String> options = new ArrayList<>(List.of(
                "-D" + MARK + "=" + sdk.home(),
                "-Djava.library.path=" + sdk.libraries(),
                "--module-path=" + sdk.modules(),
                "-Dtornado.load.api.implementation=" + runtime + "tasks.TornadoTaskGraph",
                "-Dtornado.load.runtime.implementation=" + runtime + "TornadoCoreRuntime",
                "-Dtornado.load.tornado.implementation=" + runtime + "common.Tornado",
                "-Dtornado.load.annotation.implementation=uk.ac.manchester.tornado.annotation.ASMClassVisitor",
                "-Dtornado.load.annotation.parallel=uk.ac.manchester.tornado.api.annotations.Parallel",
                // A kernel that cannot be compiled would else run as sequential Java, which looks like success.
                "-Dtornado.recover.bailout=False",
                // TornadoVM counts what it allocates and stops at 1 GB; mural plans for the device's real memory.
                "-Dtornado.device.memory=1024GB",
                // A block of a model is one graph: its plan takes more than the 4096 bytes there are by default.
                "-Dtornado.tvm.maxbytecodesize=262144"));
        sdk.exportLists(backends).forEach(list -> options.add("@" + list));
        options.add("--enable-native-access=ALL-UNNAMED," + String.join(",", drivers));
        options.add("--add-modules="
                + Stream.concat(
                                COMMON.stream()
                                        .filter(sdk::hasModule)
                                        .map(module -> "tornado." + module.replace('-', '.')),
                                drivers.stream())
                        .collect(Collectors.joining(",")));
        return options;
    }

    /** The options that the launcher, too, takes from the environment: split at blanks. */
    private static List<String> userOptions() {
        String options = System.getenv("MURAL_JAVA_OPTS");
        return options == null || options.isBlank()
                ? List.of()
                : List.of(options.strip().split("\\s+"));
    }

    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
