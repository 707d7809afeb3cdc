package io.mural.edit;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.Input;
import io.mural.Mural;
import io.mural.Request;
import io.mural.Sink;
import io.mural.evaluate.measure.Border;
import io.mural.evaluate.set.SeamEvaluation;
import io.mural.model.edit.Region;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody sees where a rectangle of a picture of 1024 x 1024 pixels was painted anew by the embedded model. */
@Tag("full")
class EditedSeamsTest {
    private static final Path NANO = Path.of("..", "models", "mural-nano");
    private static final Path PICTURE = Path.of("..", "docs", "images", "hierarchy-1024.png");
    private static final List<Region> REGIONS = List.of(new Region(256, 560, 512, 384));

    /** The embedded model's windows: 4 tokens of 16 pixels. */
    private static final int WINDOW = 64;

    @TempDir
    private Path folder;

    @Test
    void thePaintedPartHasNoBorder() {
        var evaluation = new SeamEvaluation(List.of(WINDOW), Optional.empty());
        var before = evaluation.of(PICTURE).getFirst();
        try (var mural = Mural.builder().model(NANO).threads(2).open()) {
            for (var region : REGIONS) {
                var out = folder.resolve(region.left() + ".png");
                var made = mural.generate(
                        Request.of("a green meadow with flowers under a sunset sky")
                                .change(Input.of(PICTURE))
                                .region(region)
                                .seed(3)
                                .build(),
                        Sink.png(out));
                int fade = made.recipe().edit().feather().orElseThrow();
                assertThat(fade).isEqualTo(64);
                var border = evaluation.border(out, region, fade);
                print(region, border);
                assertThat(border.columns().ratio()).isLessThanOrEqualTo(1);
                assertThat(border.rows().ratio()).isLessThanOrEqualTo(1);
                // Neither does the part bring more of the model's own windows into the picture.
                var after = evaluation.of(out).getFirst();
                assertThat(after.seams().getFirst().columns().seam())
                        .isLessThan(1.1 * before.seams().getFirst().columns().seam());
                assertThat(after.seams().getFirst().rows().fails()).isFalse();
            }
        }
    }

    private static void print(Region region, Border border) {
        System.out.printf(
                Locale.ROOT,
                "%s: across the border %.2f and %.2f levels, of the picture's own %.2f and %.2f%n",
                region,
                border.columns().across(),
                border.rows().across(),
                border.columns().own(),
                border.rows().own());
    }
}
