package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.cli.tornado.InstalledSdk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Work that is stopped, or loses its files, while it goes on. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no such signals")
@Tag("full")
class InterruptTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);
    /** The hook waits 2 s for the work; the rest is for a machine that is busy. */
    private static final long PROMPT_NANOS = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    private Path folder;

    @TempDir
    private Path elsewhere;

    private Process start(Path err, String... more) {
        var args = new String[more.length + 9];
        System.arraycopy(
                new String[] {
                    "generate", "a calm sea", "-o", "out.png", "--size", "256", "--steps", "10000", "--progress=json"
                },
                0,
                args,
                0,
                9);
        System.arraycopy(more, 0, args, 9, more.length);
        return new MuralProcess(folder).start(err, args);
    }

    /** Until the first step is done. */
    private static void awaitStep(Process process, Path err) throws Exception {
        await(process, err, "\"stage\":\"denoise\",\"step\":1,");
    }

    private static void await(Process process, Path err, String text) throws Exception {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!Files.readString(err).contains(text)) {
            assertThat(process.isAlive()).as("%s", Files.readString(err)).isTrue();
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(20);
        }
    }

    /** Signal 2 is ignored where a shell started the tests in the background, and stays so in their processes. */
    private static boolean interruptIsIgnored() throws IOException {
        var status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }

    private void stopsPromptly(String signal, int exit) throws Exception {
        var err = elsewhere.resolve("err");
        var process = start(err);
        awaitStep(process, err);
        stopsPromptly(process, err, signal, exit);
    }

    private void stopsPromptly(Process process, Path err, String signal, int exit) throws Exception {
        long start = System.nanoTime();
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(MuralProcess.await(process)).isEqualTo(exit);
        assertThat(System.nanoTime() - start).isLessThan(PROMPT_NANOS);
        assertThat(MuralProcess.errors(err).getLast()).isEqualTo("mural: interrupted");
        assertThat(MuralProcess.errors(err))
                .filteredOn(line -> line.startsWith("mural:"))
                .hasSize(1);
        assertThat(new MuralProcess(folder).files()).isEmpty();
    }

    @Test
    void ctrlCStopsPromptlyAndLeavesNothing() throws Exception {
        if (interruptIsIgnored()) {
            stopsPromptly("TERM", 143);
        } else {
            stopsPromptly("INT", 130);
        }
    }

    @Test
    void aSignalReachesTornadoVmsJvm() throws Exception {
        var device = "tornado:" + InstalledSdk.backend();
        var err = elsewhere.resolve("err");
        var process = start(err, "--device", device);
        await(process, err, "\"event\":\"plan\"");
        var child = process.children().findFirst().orElseThrow();
        stopsPromptly(process, err, "TERM", 143);
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void aModelFileThatShrinksMeanwhileIsToldInOneLine() throws Exception {
        var model = BrokenModels.copy(elsewhere.resolve("model"));
        var err = elsewhere.resolve("err");
        var process = start(err, "--model", model.toString(), "--text-tokens", "8");
        awaitStep(process, err);
        for (int shard = 1; shard <= 10; shard++) {
            var name = "transformer/diffusion_pytorch_model-%05d-of-00010.safetensors".formatted(shard);
            try (var file = new RandomAccessFile(model.resolve(name).toFile(), "rw")) {
                file.setLength(0);
            }
        }
        assertThat(MuralProcess.await(process)).isEqualTo(1);
        assertThat(MuralProcess.errors(err))
                .filteredOn(line -> line.startsWith("mural:"))
                .singleElement()
                .asString()
                .contains("model file");
        assertThat(new MuralProcess(folder).files()).isEmpty();
    }
}
