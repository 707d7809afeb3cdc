package io.mural.evaluate.set;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.Mural;
import io.mural.Request;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The gate on pictures that are made here, level by level, with windows that see their neighbours and with some that do not. */
@Tag("full")
class NewPicturesTest {
    private static final Path MODEL = Path.of("..", "models", "mural-nano");
    /** The embedded model's windows: 4 tokens of 16 pixels. */
    private static final int WINDOW = 64;

    @Test
    void theGateSeesWindowsThatDoNotSeeTheirNeighbours() {
        try (var mural = Mural.builder().embedded(MODEL).memory(1L << 30).open()) {
            var apart = found(mural, 0);
            var together = found(mural, 8);
            assertThat(apart.seams().getFirst().fails()).isTrue();
            assertThat(largest(apart)).isGreaterThan(1.2 * largest(together));
            assertThat(apart.bands().fails(0)).isFalse();
            assertThat(together.bands().fails(0)).isFalse();
        }
    }

    private static double largest(SeamEvaluation.Found found) {
        var axes = found.seams().getFirst();
        return Math.max(axes.columns().seam(), axes.rows().seam());
    }

    private static SeamEvaluation.Found found(Mural mural, int halo) {
        var request = Request.of("a sunset over purple mountains and a calm sea, the sun on the left")
                .size(512, 512)
                .seed(5)
                .halo(halo)
                .build();
        var image = mural.generate(request).image();
        return new SeamEvaluation(List.of(WINDOW), Optional.empty()).of(Path.of("halo " + halo), image);
    }
}
