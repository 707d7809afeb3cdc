package io.mural.bench.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Some damaged inputs, the same each time, for everything that reads files of strangers: each is read or refused in one line,
 * and makes the heap allocate little. {@code bench/run fuzz} does the same for as long as one likes.
 */
@Tag("full")
class FuzzTest {
    private static final int EXECUTIONS = 1500;
    private static final long SEED = 12;
    /** Of the heap, for inputs of at most 64 KiB, and for the vocabularies that mural comes with. */
    private static final long MOST_BYTES = 64L << 20;

    @TempDir
    Path folder;

    static List<Target> targets() throws IOException {
        return Targets.all(Path.of(".."));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void damagedInputsAreReadOrRefused(Target target) {
        var attack = new Attack(target, folder, folder.resolve("faults"), SEED);
        // the seeds are right
        target.seeds().forEach(attack::whole);
        attack.run(EXECUTIONS);
        assertThat(attack.faults()).isEmpty();
        assertThat(attack.tally().mostBytes()).isLessThanOrEqualTo(MOST_BYTES);
        assertThat(attack.tally().executions()).isEqualTo(EXECUTIONS);
    }
}
