package io.mural.model.vae.wan;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class WanVaeTest {
    private static final Path FILE = Path.of("../goldens/video/single-file/wan-vae-tiny-bf16.safetensors");
    private static final Path CONFIG = Path.of("../goldens/video/wan-tiny/vae/config.json");
    private static final int FRAMES = 2;
    /** More latent rows than a band of half of them sees. */
    private static final int HEIGHT = 40;

    private static final int WIDTH = 2;

    @Test
    void bandsGiveTheFramesOfTheWhole() {
        var whole = decode(1);
        var banded = decode(3);
        for (int i = 0; i < whole.length; i++) {
            assertThat(banded[i]).as("value %d", i).isCloseTo(whole[i], Offset.offset(2e-5f));
        }
    }

    @Test
    void bandsTakeLessMemory() {
        long whole = bytes(1, FRAMES);
        assertThat(bytes(4, FRAMES)).isLessThan(whole);
        assertThat(bytes(1, 5 * FRAMES))
                .as("memory does not grow with the clip")
                .isEqualTo(whole);
    }

    private static float[] decode(int bands) {
        var latents = new TorchRandom(3).normal(16 * FRAMES * HEIGHT * WIDTH);
        var video = new float[5 * 8 * HEIGHT * 8 * WIDTH * 3];
        try (var file = Checkpoint.open(FILE);
                var ops = new CpuBackend().open("cpu", 2, Workspace.poisoned())) {
            vae(file).decode(ops, latents, FRAMES, HEIGHT, WIDTH, bands, (frame, top, rows) -> {
                var values = ops.read(rows);
                int start = (frame * 8 * HEIGHT + top) * 8 * WIDTH * 3;
                System.arraycopy(values, 0, video, start, values.length);
            });
        }
        return video;
    }

    private static long bytes(int bands, int frames) {
        try (var file = Checkpoint.open(FILE);
                var ops = new PlanOps()) {
            var latents = new float[16 * frames * HEIGHT * WIDTH];
            vae(file).decode(ops, latents, frames, HEIGHT, WIDTH, bands, (frame, top, rows) -> {});
            return ops.bytes();
        }
    }

    private static WanVae vae(Checkpoint file) {
        return new WanVae(WanVaeConfig.of(Json.read(CONFIG)), KeyStyles.weights(file, Part.WAN_VAE));
    }
}
