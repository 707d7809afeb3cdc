package io.mural.evaluate.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mural.evaluate.Goldens;
import io.mural.model.image.RgbImage;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LpipsTest {
    private static RgbImage noise(int width, int height, long seed) {
        var rgb = new byte[width * height * 3];
        new Random(seed).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }

    /** A picture whose height is no multiple of a cell, in bands that see as much around them as a feature does. */
    @Tag("full")
    @Test
    void bandsGiveTheDistanceOfTheWhole() {
        var a = noise(37, 475, 1);
        var b = noise(37, 475, 2);
        try (var lpips = Lpips.load(Goldens.FOLDER.resolve("lpips-tiny/model.safetensors"));
                var ops = Goldens.ops()) {
            double whole = lpips.distance(ops, a, b, 480);
            assertThat(lpips.distance(ops, a, b, 32)).isCloseTo(whole, within(1e-6 * whole));
        }
    }
}
