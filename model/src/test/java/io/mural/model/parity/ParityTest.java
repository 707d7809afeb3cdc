package io.mural.model.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every reference case through the judge that users have, on memory that starts as NaN. */
class ParityTest {
    private static final List<Path> CASES = List.of(Path.of("../goldens/cases"), Path.of("../goldens/video/cases"));

    @TestFactory
    Stream<DynamicTest> cases() {
        return tests(file -> !isLarge(file));
    }

    @Tag("full")
    @TestFactory
    Stream<DynamicTest> largePictures() {
        return tests(ParityTest::isLarge);
    }

    private static boolean isLarge(Path file) {
        return file.getFileName().toString().equals("nano-hierarchical.safetensors");
    }

    private static Stream<DynamicTest> tests(Predicate<Path> wanted) {
        return Parity.find(CASES).stream()
                .filter(wanted)
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
