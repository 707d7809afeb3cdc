package io.mural.model.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mural.model.family.Flux1Model;
import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BandedVaeTest {
    private static final Path NANO = Path.of("../models/mural-nano");
    /** Half of 1 / 255 of the way from -1 to 1. */
    private static final float HALF_A_STEP = 1 / 255f;
    /** Few enough that the coarsest maps have several bands too. */
    private static final long BAND_FLOATS = 1 << 15;

    /** Several bands at every level; with nothing kept, with the coarse levels kept, with all kept. */
    @ParameterizedTest
    @ValueSource(longs = {0, 16 << 20, 1 << 30})
    void equalsDecodingWhole(long keptBytes) {
        int height = 38;
        int width = 21;
        try (var model = new Flux1Model(NANO, Optional.empty(), List.of());
                var ops = new CpuBackend().open("cpu", 2, Workspace.poisoned())) {
            var latent = ops.tensor(new TorchRandom(1).normal(height * width * 16), height, width, 16);
            var whole = ops.read(model.vae().decode(ops, latent));
            var banded = new float[whole.length];
            int[] at = {0, 0};
            new BandedVae(model.vae(), keptBytes, BAND_FLOATS).decode(ops, latent, band -> {
                var values = ops.read(band);
                System.arraycopy(values, 0, banded, at[0], values.length);
                at[0] += values.length;
                at[1]++;
            });
            assertThat(at[0]).isEqualTo(whole.length);
            assertThat(at[1]).isGreaterThan(1);
            for (int i = 0; i < whole.length; i++) {
                assertThat(banded[i]).isCloseTo(whole[i], within(HALF_A_STEP / 16));
            }
            assertThat(Arrays.equals(banded, new float[banded.length])).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1 << 30})
    void equalsEncodingWhole(long keptBytes) {
        int height = 304;
        int width = 168;
        try (var model = new Flux1Model(NANO, Optional.empty(), List.of());
                var ops = new CpuBackend().open("cpu", 2, Workspace.poisoned())) {
            var picture = new Picture(height, width, new TorchRandom(2).normal(height * width * 3));
            var whole = ops.read(model.vae().encode(ops, ops.tensor(picture.values, height, width, 3)));
            var banded = new BandedVae(model.vae(), keptBytes, BAND_FLOATS).encode(ops, picture);
            assertThat(banded.shape().toArray()).containsExactly(height / 8, width / 8, 16);
            assertThat(picture.asked).hasSizeGreaterThan(2);
            var values = ops.read(banded);
            for (int i = 0; i < whole.length; i++) {
                assertThat(values[i]).isCloseTo(whole[i], within(HALF_A_STEP / 16));
            }
        }
    }

    /** Tells which rows are asked for. */
    private static class Picture implements PixelRows {
        private final int height;
        private final int width;
        private final float[] values;
        private final Set<Integer> asked = new HashSet<>();

        Picture(int height, int width, float[] values) {
            this.height = height;
            this.width = width;
            this.values = values;
        }

        @Override
        public int height() {
            return height;
        }

        @Override
        public int width() {
            return width;
        }

        @Override
        public float[] rows(int from, int to) {
            asked.add(from);
            return Arrays.copyOfRange(values, from * width * 3, to * width * 3);
        }
    }

    /** The attention of the coarsest level holds its map, keys and values, and little beside. */
    @Test
    void theCoarsestLevelTakesThreeMaps() {
        int side = 1024;
        long map = (long) side * side * 64 * Float.BYTES;
        try (var model = new Flux1Model(NANO, Optional.empty(), List.of());
                var decoded = new PlanOps();
                var encoded = new PlanOps()) {
            new BandedVae(model.vae(), 0).decode(decoded, decoded.empty(side, side, 16), band -> {});
            new BandedVae(model.vae(), 0).encode(encoded, new Picture(8 * side, 8 * side, new float[0]) {
                @Override
                public float[] rows(int from, int to) {
                    return new float[0];
                }
            });
            assertThat(decoded.workspace().peakBytes()).isLessThan(4 * map);
            assertThat(encoded.workspace().peakBytes()).isLessThan(5 * map);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 512})
    void memoryIsFarBelowThatOfTheWhole(int side) {
        try (var model = new Flux1Model(NANO, Optional.empty(), List.of());
                var whole = new PlanOps();
                var banded = new PlanOps()) {
            model.vae().decode(whole, whole.empty(side, side, 16));
            new BandedVae(model.vae(), 0).decode(banded, banded.empty(side, side, 16), band -> {});
            assertThat(banded.bytes()).isLessThan(whole.bytes() / 2);
        }
    }
}
