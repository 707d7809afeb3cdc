package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that is killed, with no chance to say goodbye, in the middle of a level; and one that goes on from there. */
@Tag("full")
class ResumeTest {
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int STEPS = 16;
    private static final int SKIPPED = 8;

    @TempDir
    private Path folder;

    @TempDir
    private Path elsewhere;

    private static String[] generate(String output, String... more) {
        var args = new ArrayList<>(List.of("generate", "a calm sea", "--size", "368x368", "--seed", "4"));
        args.addAll(List.of("--steps", "" + STEPS, "--skip-steps", "" + SKIPPED, "--progress=json", "-o", output));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aKilledRunGoesOnToTheSameBytes(int level) throws Exception {
        var whole = new MuralProcess(elsewhere).run(generate("a.png"));
        assertThat(whole.exit()).as("%s", whole.err()).isZero();

        var err = elsewhere.resolve("err");
        var process = new MuralProcess(folder).start(err, generate("a.png"));
        awaitStep(process, err, level);
        process.destroyForcibly(); // signal 9
        assertThat(MuralProcess.await(process)).isEqualTo(128 + 9);
        assertThat(folder.resolve("a.png.checkpoint")).exists();
        assertThat(folder.resolve("a.png")).doesNotExist();

        var resumed = new MuralProcess(folder).run(generate("a.png", "--resume"));
        assertThat(resumed.exit()).as("%s", resumed.err()).isZero();
        assertThat(level(resumed.err(), 1) >= 0)
                .as("whether the base was gone on with")
                .isEqualTo(level == 1);
        assertThat(steps(resumed.err()).getFirst()).isGreaterThan(1);
        assertThat(steps(resumed.err()).getLast()).isEqualTo(STEPS - SKIPPED);
        assertThat(Files.readAllBytes(folder.resolve("a.png")))
                .isEqualTo(Files.readAllBytes(elsewhere.resolve("a.png")));
        assertThat(new MuralProcess(folder).files()).containsExactly("a.png");
    }

    /** Until some steps of a level are done. */
    static void awaitStep(Process process, Path err, int level) throws Exception {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            var lines = Files.readAllLines(err);
            int begin = level(lines, level);
            if (begin >= 0 && steps(lines.subList(begin, lines.size())).contains(2)) {
                return;
            }
            assertThat(process.isAlive()).as("%s", lines).isTrue();
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(10);
        }
    }

    /** The line that tells the beginning of a level; -1 for none. */
    private static int level(List<String> lines, int level) {
        int begin = 0;
        while (begin < lines.size() && !lines.get(begin).contains("\"level\":" + level + ",\"levels\"")) {
            begin++;
        }
        return begin < lines.size() ? begin : -1;
    }

    /** The steps of the transformer that are told. */
    static List<Integer> steps(List<String> lines) throws IOException {
        return lines.stream()
                .filter(line -> line.contains("\"stage\":\"denoise\",\"step\":"))
                .map(line -> Integer.parseInt(line.replaceAll(".*\"step\":(\\d+),.*", "$1")))
                .filter(step -> step > 0)
                .toList();
    }
}
