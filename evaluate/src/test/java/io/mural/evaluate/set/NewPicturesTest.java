package io.mural.evaluate.set;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.Input;
import io.mural.Mural;
import io.mural.Request;
import io.mural.model.edit.Region;
import io.mural.model.image.JpegFile;
import io.mural.model.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The gate on pictures that are made here, level by level, with windows that see their neighbours and with some that do not. */
@Tag("full")
class NewPicturesTest {
    private static final Path MODEL = Path.of("..", "models", "mural-nano");
    /** The embedded model's windows: 4 tokens of 16 pixels. */
    private static final int WINDOW = 64;
    /** Of whole windows. */
    private static final Region REGION = new Region(128, 128, 256, 256);

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
        return found("halo " + halo, picture(mural, halo));
    }

    private static SeamEvaluation.Found found(String name, RgbImage image) {
        return new SeamEvaluation(List.of(WINDOW), Optional.empty()).of(Path.of(name), image);
    }

    private static RgbImage picture(Mural mural, int halo) {
        var request = Request.of("a sunset over purple mountains and a calm sea, the sun on the left")
                .size(512, 512)
                .seed(5)
                .halo(halo)
                .build();
        return mural.generate(request).image();
    }

    /** The borders of the region, and those of the windows in it, are where the gate looks. */
    @Test
    void theGateSeesWindowsInAnEditedRegion() throws IOException {
        try (var mural = Mural.builder().embedded(MODEL).memory(1L << 30).open()) {
            var before = picture(mural, 8);
            var apart = edited(mural, before, 0);
            var together = edited(mural, before, 8);
            assertThat(found("before", before).fails(0)).isFalse();
            assertThat(found("whole", together).fails(0)).isFalse();
            var around = found("region", crop(together));
            assertThat(around.seams().getFirst().fails()).isFalse();
            var seen = found("region, windows apart", crop(apart));
            assertThat(seen.seams().getFirst().fails()).isTrue();
            assertThat(largest(seen)).isGreaterThan(1.2 * largest(around));
        }
    }

    private static RgbImage edited(Mural mural, RgbImage picture, int halo) throws IOException {
        var png = new ByteArrayOutputStream();
        ImageIO.write(JpegFile.buffered(picture), "png", png);
        return mural.generate(Request.of("a sunset over green hills and a calm sea")
                        .change(Input.of("before.png", png.toByteArray()))
                        .region(REGION)
                        .seed(6)
                        .halo(halo)
                        .build())
                .image();
    }

    /** The region with a window around it. */
    private static RgbImage crop(RgbImage whole) {
        int side = REGION.width() + 2 * WINDOW;
        var rgb = new byte[side * side * 3];
        for (int y = 0; y < side; y++) {
            int from = ((REGION.top() - WINDOW + y) * whole.width() + REGION.left() - WINDOW) * 3;
            System.arraycopy(whole.rgb(), from, rgb, y * side * 3, side * 3);
        }
        return new RgbImage(side, side, rgb);
    }
}
