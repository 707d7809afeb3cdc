package io.mural.train.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.parity.Outcome;
import io.mural.model.parity.Parity;
import io.mural.tensor.TapeOps;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference's gradients, losses, optimisers and runs. */
class TrainingCasesTest {
    private static final Path FOLDER = Path.of("..", "goldens", "training");

    static Stream<Path> cases() {
        return Parity.find(List.of(
                        FOLDER.resolve("cases"),
                        FOLDER.resolve("timesteps.json"),
                        FOLDER.resolve("lr-factors.json"),
                        FOLDER.resolve("buckets.json")))
                .stream();
    }

    private static Outcome run(Path file, int threads, int checkpoints) {
        var outcomes = new ArrayList<Outcome>();
        new Parity(
                        () -> new CpuBackend().open("cpu", threads, Workspace.poisoned()),
                        outcomes::add,
                        new TrainingCases(checkpoints))
                .run(file);
        assertThat(outcomes).hasSize(1);
        return outcomes.getFirst();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void caseIsWithinItsBound(Path file) {
        var outcome = run(file, 2, TapeOps.BLOCKS);
        assertThat(outcome.verdict()).as(outcome.toString()).isEqualTo(Outcome.Verdict.PASS);
    }

    /** The error of a case is a number of all its gradients: where they differ in a bit, it does too. */
    @ParameterizedTest
    @MethodSource("losses")
    void blocksThatRunAgainAndThreadsChangeNoBit(Path file) {
        double error = run(file, 1, TapeOps.EVERYTHING).value();
        assertThat(run(file, 1, TapeOps.BLOCKS).value()).isEqualTo(error);
        assertThat(run(file, 7, TapeOps.BLOCKS).value()).isEqualTo(error);
    }

    static Stream<Path> losses() {
        return Stream.of("loss-style-init", "loss-guide-qkv", "loss-guide-flux2", "full-t5-encoder")
                .map(name -> FOLDER.resolve("cases").resolve(name + ".safetensors"));
    }

    @Test
    void theOracleIsWithinTheBoundsToo() {
        var outcomes = new ArrayList<Outcome>();
        var parity = new Parity(
                () -> new CpuBackend().open("cpu:scalar", 1, Workspace.poisoned()), outcomes::add, new TrainingCases());
        cases().filter(file -> file.getFileName().toString().startsWith("op-")).forEach(parity::run);
        assertThat(outcomes).hasSizeGreaterThan(30).allMatch(outcome -> outcome.verdict() == Outcome.Verdict.PASS);
    }
}
