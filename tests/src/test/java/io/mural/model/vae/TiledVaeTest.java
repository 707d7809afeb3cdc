package io.mural.model.vae;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.vae.TileBlend.Tile;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.Checkpoint;
import io.mural.weights.Json;
import io.mural.weights.KeyStyles;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TiledVaeTest {
    private static final Path VAE = Path.of("../models/mural-nano/vae");
    private static final int CHANNELS = 16;

    private final Checkpoint checkpoint = Checkpoint.open(VAE);
    private final AutoencoderKL vae = new AutoencoderKL(
            VaeConfig.of(Json.read(VAE.resolve("config.json"))), KeyStyles.weights(checkpoint, KeyStyles.Part.VAE));

    private static Ops ops() {
        return new CpuBackend().open("cpu", 2, Workspace.poisoned());
    }

    @Test
    void oneTileThatCoversAllIsTheWhole() {
        try (var ops = ops()) {
            var latent = ops.tensor(noise(8 * 12 * CHANNELS), 8, 12, CHANNELS);
            var whole = ops.read(vae.decode(ops, latent));
            assertThat(ops.read(new TiledVae(vae, 128).decode(ops, latent))).isEqualTo(whole);
        }
    }

    @Test
    void everyPixelIsWrittenAndSizesNeedNotDivideIntoTiles() {
        try (var ops = ops()) {
            var latent = ops.tensor(noise(13 * 18 * CHANNELS), 13, 18, CHANNELS);
            var picture = new TiledVae(vae, 64).decode(ops, latent);
            assertThat(picture.shape().toArray()).containsExactly(104, 144, 3);
            assertThat(ops.read(picture)).doesNotContain(Float.NaN);
            var again = new TiledVae(vae, 64).encode(ops, picture);
            assertThat(again.shape().toArray()).containsExactly(13, 18, CHANNELS);
            assertThat(ops.read(again)).doesNotContain(Float.NaN);
        }
    }

    @Test
    void memoryIsThatOfATile() {
        try (var ops = ops();
                var whole = ops()) {
            new TiledVae(vae, 64).decode(ops, ops.tensor(noise(32 * 32 * CHANNELS), 32, 32, CHANNELS));
            vae.decode(whole, whole.tensor(noise(32 * 32 * CHANNELS), 32, 32, CHANNELS));
            assertThat(ops.workspace().peakBytes()).isLessThan(whole.workspace().peakBytes() / 5);
        }
    }

    @Test
    void theFadeIsLinear() {
        var above = new Tile(4, 1, 1, new float[] {8, 8, 8, 8});
        var below = new Tile(4, 1, 1, new float[] {0, 0, 0, 0});
        TileBlend.vertical(above, below, 4);
        assertThat(below.values()).containsExactly(8, 6, 4, 2);
        var left = new Tile(1, 4, 1, new float[] {8, 8, 8, 8});
        var right = new Tile(1, 4, 1, new float[] {0, 0, 0, 0});
        TileBlend.horizontal(left, right, 2);
        assertThat(right.values()).containsExactly(8, 4, 0, 0);
    }

    private static float[] noise(int count) {
        var random = new Random(count);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
