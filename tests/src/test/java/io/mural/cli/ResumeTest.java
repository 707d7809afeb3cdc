package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed, with no chance to say goodbye, in the middle of a level; and one that goes on from there. */
@Tag("full")
class ResumeTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final int STEPS = 80;
    private static final int SKIPPED = 40;

    @TempDir
    private Path folder;

    @TempDir
    private Path elsewhere;

    private static String[] generate(String output, String... more) {
        var args = new ArrayList<>(List.of("generate", "a calm sea", "--size", "416x384", "--seed", "4"));
        args.addAll(List.of("--steps", "" + STEPS, "--skip-steps", "" + SKIPPED, "--progress=json", "-o", output));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    @Test
    void aKilledRunGoesOnToTheSameBytes() throws Exception {
        var whole = new MuralProcess(elsewhere).run(generate("a.png"));
        assertThat(whole.exit()).as("%s", whole.err()).isZero();

        var err = elsewhere.resolve("err");
        var process = new MuralProcess(folder).start(err, generate("a.png"));
        awaitStep(process, err);
        process.destroyForcibly(); // signal 9
        assertThat(MuralProcess.await(process)).isEqualTo(128 + 9);
        assertThat(folder.resolve("a.png.checkpoint")).exists();
        assertThat(folder.resolve("a.png")).doesNotExist();

        var resumed = new MuralProcess(folder).run(generate("a.png", "--resume"));
        assertThat(resumed.exit()).as("%s", resumed.err()).isZero();
        assertThat(steps(resumed.err()).getFirst()).isGreaterThan(2);
        assertThat(steps(resumed.err()).getLast()).isEqualTo(STEPS - SKIPPED);
        assertThat(Files.readAllBytes(folder.resolve("a.png")))
                .isEqualTo(Files.readAllBytes(elsewhere.resolve("a.png")));
        assertThat(new MuralProcess(folder).files()).doesNotContain("a.png.checkpoint");
    }

    /** Until some steps of the second level are done: those of the first are more. */
    private static void awaitStep(Process process, Path err) throws Exception {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            var lines = Files.readAllLines(err);
            int level = 0;
            while (level < lines.size() && !lines.get(level).contains("\"level\":2")) {
                level++;
            }
            if (steps(lines.subList(level, lines.size())).contains(3)) {
                return;
            }
            assertThat(process.isAlive()).as("%s", lines).isTrue();
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(10);
        }
    }

    /** The steps of the transformer that are told. */
    private static List<Integer> steps(List<String> lines) throws IOException {
        return lines.stream()
                .filter(line -> line.contains("\"stage\":\"denoise\",\"step\":"))
                .map(line -> Integer.parseInt(line.replaceAll(".*\"step\":(\\d+),.*", "$1")))
                .filter(step -> step > 0)
                .toList();
    }
}
