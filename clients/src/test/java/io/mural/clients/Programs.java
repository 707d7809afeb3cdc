package io.mural.clients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Programs of the machine that tests run. A test without its programs is left out, and says so. */
final class Programs {
    private static final long PATIENCE_SECONDS = 240;
    private static final int LATE = 124;

    private Programs() {}

    /** How a program ended, {@link #LATE} if it had to be stopped, and what it printed. */
    record Ended(int exit, String text) {}

    static void require(String... programs) {
        for (var program : programs) {
            assume(isThere(program), "there is no " + program + " on this machine");
        }
    }

    /** Leaves the test out, with the reason on the console, unless something holds. */
    static void assume(boolean holds, String reason) {
        if (!holds) {
            System.out.println("left out: " + reason);
        }
        Assumptions.assumeTrue(holds, reason);
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    static Process start(Path folder, String... command) throws IOException {
        return new ProcessBuilder(List.of(command))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Files.createTempFile(folder, "out", ".txt").toFile())
                .start();
    }

    static Ended run(Path folder, String... command) throws IOException, InterruptedException {
        var text = Files.createTempFile(folder, "out", ".txt");
        var process = new ProcessBuilder(List.of(command))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(text.toFile())
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            return new Ended(LATE, "does not end; " + Files.readString(text, StandardCharsets.UTF_8));
        }
        return new Ended(process.exitValue(), Files.readString(text, StandardCharsets.UTF_8));
    }
}
