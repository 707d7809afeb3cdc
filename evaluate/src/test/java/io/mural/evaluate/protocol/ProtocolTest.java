package io.mural.evaluate.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.Mural;
import io.mural.Request;
import io.mural.evaluate.set.Figure;
import io.mural.evaluate.set.Progress;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The protocol with pictures of the embedded model in few steps. */
@Tag("full")
class ProtocolTest {
    private static final Path MODEL = Path.of("..", "models", "mural-nano");
    private static final List<String> PROMPTS = List.of("a calm sea", "pine trees at night");

    @TempDir
    private Path folder;

    private final List<String> told = new ArrayList<>();

    private Protocol protocol(Mural mural, int steps) {
        var small = Request.of("any").seed(3).steps(steps).build();
        var large = small.change().size(384, 384).skipSteps(0).build();
        return new Protocol(mural, folder, PROMPTS, large, small, new Progress() {
            @Override
            public void pictures(String what, int done, int all, int computed, double seconds) {
                told.add(what + " " + done + "/" + all + ", " + computed + " made");
            }

            @Override
            public void note(String line) {}
        });
    }

    @Test
    void goesOnWhereItWasCutOff() throws IOException {
        try (var mural = Mural.builder().embedded(MODEL).memory(1L << 30).open()) {
            var protocol = protocol(mural, 1);
            protocol.make();
            assertThat(told).endsWith("base 2/2, 2 made", "pictures 1/2, 1 made", "pictures 2/2, 2 made");
            var second = protocol.pictures().resolve("00001.png");
            var bytes = Files.readAllBytes(second);
            Files.delete(second);

            told.clear();
            protocol.make();
            assertThat(told).endsWith("base 2/2, 0 made", "pictures 1/2, 0 made", "pictures 2/2, 1 made");
            assertThat(Files.readAllBytes(second)).isEqualTo(bytes);

            var report = new ProtocolTable(protocol, PROMPTS, 64, protocol.hasBase(), Progress.NONE)
                    .report(Optional.empty(), Optional.empty());
            assertThat(report.figures())
                    .extracting(Figure::name)
                    .containsExactly(
                            "seam",
                            "bands",
                            "gate-failed",
                            "base-enlarged seam",
                            "base-enlarged bands",
                            "base-enlarged gate-failed");
            assertThat(report.each()).hasSize(4);

            assertThatThrownBy(() -> protocol(mural, 2).make())
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("00000.png is there already with another `steps` (1 instead of 2)");
        }
    }
}
