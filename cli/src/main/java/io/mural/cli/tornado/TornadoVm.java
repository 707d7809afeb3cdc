package io.mural.cli.tornado;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Interrupt;
import io.mural.cli.console.OneLine;
import io.mural.cli.tornado.Sdk.Search.Found;
import io.mural.cli.tornado.Sdk.Search.Missing;
import io.mural.engine.device.DeviceName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * TornadoVM compiles kernels with a compiler of its own, which the JVM must be started for. So mural runs such a
 * command again, in a JVM beside this one.
 */
public final class TornadoVm {
    private static final String MAIN = "io.mural.cli.Main";

    private TornadoVm() {}

    /** What a command printed in TornadoVM's JVM, or why it did not. */
    public sealed interface Answer {
        record Said(String text) implements Answer {}

        /** @param reason one line with the remedy */
        record Nothing(String reason) implements Answer {}
    }

    /** Whether this is TornadoVM's JVM. */
    public static boolean isHere() {
        return System.getProperty(ChildCommand.MARK) != null;
    }

    /** Whether there is an SDK with the driver of a device of this name. */
    public static boolean has(String device, Optional<Path> home) {
        var backend = DeviceName.backend(device);
        return switch (Sdk.find(home)) {
            case Found found -> backend.map(found.sdk().backends()::contains).orElse(true);
            case Missing missing -> false;
        };
    }

    /**
     * Runs mural in TornadoVM's JVM, with the terminal of this process.
     *
     * @param device what {@code --device} was given; decides which driver is loaded
     * @return the exit code
     */
    public static int run(String device, Optional<Path> home, Interrupt interrupt, List<String> args) {
        return run(process(device, home, MAIN, args), interrupt::handOver);
    }

    /**
     * Runs another program in TornadoVM's JVM of the SDK that is found by itself.
     *
     * @param device decides which driver is loaded
     * @param options of the JVM
     * @return the exit code
     */
    public static int run(String device, String mainClass, List<String> options, List<String> args) {
        var process = process(device, Optional.empty(), mainClass, args);
        process.command().addAll(1, options);
        return run(process, started -> {});
    }

    private static ProcessBuilder process(String device, Optional<Path> home, String mainClass, List<String> args) {
        Sdk sdk = switch (Sdk.find(home)) {
            case Found found -> found.sdk();
            case Missing missing -> throw new BadUsage("--device " + device + ": " + missing.reason());
        };
        var backend = DeviceName.backend(device);
        if (backend.isPresent() && !sdk.backends().contains(backend.get())) {
            throw new BadUsage("--device %s: the TornadoVM SDK at %s has %s only; choose --device tornado:%s, or %s"
                    .formatted(
                            device,
                            sdk.home(),
                            String.join(" and ", sdk.backends()),
                            sdk.backends().getFirst(),
                            Sdk.install()));
        }
        sdk.notice().ifPresent(line -> System.err.println("mural: " + line));
        return ChildCommand.process(sdk, backend.map(List::of).orElse(sdk.backends()), mainClass, args);
    }

    private static int run(ProcessBuilder command, Consumer<Process> started) {
        try {
            var process = command.inheritIO().start();
            started.accept(process);
            return await(process);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start TornadoVM's JVM", e);
        }
    }

    /** What mural prints in TornadoVM's JVM with all drivers of the SDK. */
    public static Answer ask(Optional<Path> home, List<String> args) {
        return switch (Sdk.find(home)) {
            case Found found -> ask(found.sdk(), args);
            case Missing missing -> new Answer.Nothing(missing.reason());
        };
    }

    private static Answer ask(Sdk sdk, List<String> args) {
        try {
            Path err = Files.createTempFile("mural-tornado", ".txt");
            try {
                var process = ChildCommand.process(sdk, sdk.backends(), MAIN, args)
                        .redirectError(err.toFile())
                        .start();
                process.getOutputStream().close();
                var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                int exit = await(process);
                if (exit == 0) {
                    return new Answer.Said(out);
                }
                return new Answer.Nothing("the JVM of the TornadoVM SDK at " + sdk.home() + " ended with exit code "
                        + exit + ": " + OneLine.of((out + Files.readString(err)).strip()));
            } finally {
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run TornadoVM's JVM", e);
        }
    }

    private static int await(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while TornadoVM's JVM ran", e);
        }
    }
}
