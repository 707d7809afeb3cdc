package io.mural.evaluate.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The gate on pictures of the embedded model: 1024 x 1024 level by level and at once, and one of its own size. */
class SeamGateTest {
    private static final Path IMAGES = Path.of("..", "docs", "images");
    /** The embedded model's windows: 4 tokens of 16 pixels. */
    private static final int WINDOW = 64;

    private static final SeamEvaluation SEAMS = new SeamEvaluation(List.of(WINDOW), Optional.empty());

    private static SeamEvaluation.Found found(String name) {
        return SEAMS.of(IMAGES.resolve(name)).getFirst();
    }

    /** Its halo of 2 tokens leaves the windows' borders to be seen, across columns; its layout does not repeat. */
    @Test
    void levelByLevelShowsItsWindowsButNoBands() {
        var picture = found("hierarchy-1024.png");
        var columns = picture.seams().getFirst().columns();
        assertThat(columns.fails()).isTrue();
        assertThat(columns.seam()).isCloseTo(1.62, within(0.01));
        assertThat(columns.share()).isEqualTo(1.0 / WINDOW);
        assertThat(picture.seams().getFirst().rows().fails()).isFalse();
        assertThat(picture.bands().fails(0)).isFalse();
    }

    @Test
    void atOnceRepeatsItsRows() {
        var picture = found("at-once-1024.png");
        assertThat(picture.seams().getFirst().fails()).isFalse();
        assertThat(picture.bands().fails(found("sunset.png").bands().rows())).isTrue();
    }

    @Test
    void aPictureOfTheModelsOwnSizePasses() {
        assertThat(found("sunset.png").fails(0)).isFalse();
    }
}
