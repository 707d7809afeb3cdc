package io.mural.bench.kills;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The program as users start it, in a folder of its own.
 *
 * @param launcher the script {@code mural}
 */
record Command(Path launcher, Path folder) {
    /** Milliseconds between what is said and the kill: half of the moments that count lie between two lines. */
    private static final int MOST_DELAY = 150;

    /**
     * How a run ended.
     *
     * @param killed whether it was alive when its time had come
     * @param lines it said on stderr until then
     */
    record Ended(boolean killed, int exit, List<String> lines) {}

    /** Runs to the end. */
    Ended run(String... args) {
        return run(Integer.MAX_VALUE, 0, args);
    }

    /** Kills it, with no chance to say goodbye, some moment after the n-th line it says. */
    Ended killed(int line, Random random, String... args) {
        return run(line, random.nextInt(MOST_DELAY), args);
    }

    /** Kills it after some time. */
    Ended killedAfter(long nanos, String... args) {
        try {
            var process = start(args);
            boolean over = process.waitFor(nanos, TimeUnit.NANOSECONDS);
            process.destroyForcibly();
            return new Ended(!over, process.waitFor(), List.of());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Ended run(int line, int delay, String... args) {
        var lines = new ArrayList<String>();
        try {
            var process = start(args);
            boolean killed = false;
            try (BufferedReader said = process.errorReader()) {
                for (var each = said.readLine(); each != null; each = said.readLine()) {
                    lines.add(each);
                    if (lines.size() == line) {
                        Thread.sleep(delay);
                        killed = process.isAlive();
                        process.destroyForcibly();
                        break;
                    }
                }
            }
            return new Ended(killed, process.waitFor(), lines);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process start(String... args) throws IOException {
        var command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** What is in the folder. */
    List<String> files() {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
