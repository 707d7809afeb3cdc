package io.mural.model.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mural.model.pipeline.Flux1Model;
import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BandedVaeTest {
    private static final Path NANO = Path.of("../models/mural-nano");
    /** Half of 1 / 255 of the way from -1 to 1. */
    private static final float HALF_A_STEP = 1 / 255f;

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
            new BandedVae(model.vae(), keptBytes, 4096).decode(ops, latent, band -> {
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
