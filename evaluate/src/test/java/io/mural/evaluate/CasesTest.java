package io.mural.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.evaluate.cases.EvaluationCases;
import io.mural.model.parity.Outcome;
import io.mural.model.parity.Parity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every reference case of evaluation through the judge that users have. */
class CasesTest {
    @TestFactory
    Stream<DynamicTest> cases() {
        return Parity.find(List.of(Goldens.CASES)).stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> judge(file)));
    }

    private static void judge(Path file) {
        var outcomes = new ArrayList<Outcome>();
        new Parity(Goldens::ops, outcomes::add, new EvaluationCases()).run(file);
        assertThat(outcomes)
                .singleElement()
                .satisfies(outcome ->
                        assertThat(outcome.verdict()).as(outcome.toString()).isEqualTo(Outcome.Verdict.PASS));
    }
}
