package io.mural.model.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every reference case through the judge that users have, on memory that starts as NaN. */
class ParityTest {
    private static final Path CASES = Path.of("../goldens/cases");

    @TestFactory
    Stream<DynamicTest> cases() {
        return Parity.find(List.of(CASES)).stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> judge(file)));
    }

    private static void judge(Path file) {
        var outcomes = new ArrayList<Outcome>();
        new Parity(() -> new CpuBackend().open("cpu", 2, Workspace.poisoned()), outcomes::add).run(file);
        assertThat(outcomes).isNotEmpty();
        for (var outcome : outcomes) {
            switch (outcome.verdict()) {
                case PASS -> {}
                case FAIL, UNSUPPORTED -> throw new AssertionError(outcome.toString());
            }
        }
    }
}
