package io.mural.evaluate.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.mural.evaluate.set.Figure;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenEvalTest {
    @TempDir
    private Path folder;

    @Test
    void theScoreIsTheMeanOverKinds() throws IOException {
        var report = GenEval.report(Files.writeString(folder.resolve("results.jsonl"), """
                {"filename": "0/samples/0000.png", "tag": "single_object", "prompt": "a bench", "correct": true}
                {"filename": "0/samples/0001.png", "tag": "single_object", "prompt": "a bench", "correct": false}

                {"filename": "1/samples/0000.png", "tag": "counting", "prompt": "two boats", "correct": false}
                {"filename": "2/samples/0000.png", "tag": "counting", "prompt": "two cows", "correct": true}
                {"filename": "3/samples/0000.png", "tag": "counting", "prompt": "two cats", "correct": true}
                {"filename": "4/samples/0000.png", "tag": "counting", "prompt": "two dogs", "correct": true}
                """));
        assertThat(report.figures())
                .extracting(Figure::name, Figure::value, Figure::count)
                .containsExactly(
                        tuple("single_object", 0.5, 2L),
                        tuple("counting", 0.75, 4L),
                        tuple("prompts", 0.8, 5L),
                        tuple("geneval", 0.625, 6L));
        assertThat(report.each()).hasSize(6);
    }

    @Test
    void refusesWhatIsNoResult() throws IOException {
        var file = Files.writeString(folder.resolve("results.jsonl"), "{\"prompt\": \"a bench\"}\n");
        assertThatThrownBy(() -> GenEval.report(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 1: has no tag and correct");
    }
}
