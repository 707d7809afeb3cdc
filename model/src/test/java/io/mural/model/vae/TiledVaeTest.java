package io.mural.model.vae;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.ImageFile;
import io.mural.model.vae.TileBlend.Tile;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.text.Json;
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

    /**
     * Steps between neighbouring columns, in the mean over all rows: where a tile begins and where it has faded in they
     * are those of the columns around. Tiles side by side, without the fade, show their borders.
     */
    @Test
    void noStepShowsAtTheBordersOfTiles() {
        var image = ImageFile.read(Path.of("../docs/images/sunset.png"));
        int tile = 64;
        int overlap = tile / 4;
        int stride = tile - overlap;
        try (var ops = ops()) {
            var latent = vae.encode(ops, ops.tensor(image.toFloats(), image.height(), image.width(), 3));
            var tiled = columnSteps(ops, new TiledVae(vae, tile).decode(ops, latent));
            for (int left = stride; left + overlap < image.width(); left += stride) {
                assertThat(tiled[left]).isLessThan(1.1 * largestAround(tiled, left));
                assertThat(tiled[left + overlap]).isLessThan(1.1 * largestAround(tiled, left + overlap));
            }
            var cut = columnSteps(ops, sideBySide(ops, latent, tile / 8));
            for (int left = tile; left < image.width(); left += tile) {
                assertThat(cut[left]).isGreaterThan(2 * largestAround(cut, left));
            }
        }
    }

    /** Tiles decoded each for itself. */
    private Tensor sideBySide(Ops ops, Tensor latent, int tile) {
        int height = latent.shape().dim(0);
        int width = latent.shape().dim(1);
        var out = ops.empty(8 * height, 8 * width, 3);
        for (int left = 0; left < width; left += tile) {
            var part = ops.empty(height, tile, CHANNELS);
            copyColumns(latent, left, part, 0, height, tile);
            copyColumns(vae.decode(ops, part), 0, out, 8 * left, 8 * height, 8 * tile);
        }
        return out;
    }

    private static void copyColumns(Tensor from, int fromLeft, Tensor to, int toLeft, int height, int width) {
        var pixel = new float[from.cols()];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                from.readRow(y * from.shape().dim(1) + fromLeft + x, 0, pixel, 0, pixel.length);
                to.writeRow(y * to.shape().dim(1) + toLeft + x, 0, pixel, 0, pixel.length);
            }
        }
    }

    /** The mean step from column x - 1 to column x, at index x. */
    private static double[] columnSteps(Ops ops, Tensor picture) {
        var values = ops.read(picture);
        int width = picture.shape().dim(1);
        int height = picture.shape().dim(0);
        var steps = new double[width];
        for (int y = 0; y < height; y++) {
            for (int x = 1; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    int at = (y * width + x) * 3 + c;
                    steps[x] += Math.abs(values[at] - values[at - 3]) / (3.0 * height);
                }
            }
        }
        return steps;
    }

    /** Of the columns beside {@code border}, which is left out. */
    private static double largestAround(double[] steps, int border) {
        double largest = 0;
        for (int x = border - 4; x <= border + 4; x++) {
            largest = x == border ? largest : Math.max(largest, steps[x]);
        }
        return largest;
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
