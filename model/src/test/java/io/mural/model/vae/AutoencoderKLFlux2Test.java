package io.mural.model.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AutoencoderKLFlux2Test {
    private static final Path FOLDER = Path.of("../goldens/flux2-tiny/vae");

    private final Checkpoint checkpoint = Checkpoint.open(FOLDER);
    private final AutoencoderKLFlux2 vae = AutoencoderKLFlux2.of(
            Json.read(FOLDER.resolve("config.json")), KeyStyles.weights(checkpoint, KeyStyles.Part.VAE));

    @Test
    void tilesOfTheWholeAreTheWhole() {
        int channels = vae.config().latentChannels();
        try (var ops = new CpuBackend().open("cpu", 2, Workspace.poisoned());
                var given = Checkpoint.open(Path.of("../goldens/cases/flux2-vae-encode.safetensors"))) {
            // [1, 3, 32, 32] seen as [32, 32, 3] is a picture too
            var picture = ops.tensor(given.floats("in.image"), 32, 32, 3);
            var latent = vae.kl().encode(ops, picture);
            assertThat(ops.read(new TiledVae(vae.kl()).encode(ops, picture))).isEqualTo(ops.read(latent));
            assertThat(ops.read(new TiledVae(vae.kl()).decode(ops, latent)))
                    .isEqualTo(ops.read(vae.kl().decode(ops, latent)));
            var parts = new TiledVae(vae.kl(), 16).decode(ops, latent);
            assertThat(parts.shape().toArray()).containsExactly(32, 32, 3);
            assertThat(ops.read(parts)).doesNotContain(Float.NaN);
            assertThat(latent.cols()).isEqualTo(channels);
        }
    }

    @Test
    void normalisingComesBack() {
        int features = vae.statistics().mean().length;
        assertThat(features).isEqualTo(4 * vae.config().latentChannels());
        var tokens = new float[3 * features];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i * 0.01f - 1;
        }
        var again = tokens.clone();
        vae.statistics().normalise(again);
        assertThat(again).isNotEqualTo(tokens);
        vae.statistics().restore(again);
        assertThat(again).containsExactly(tokens, org.assertj.core.data.Offset.offset(1e-5f));
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        var weights = KeyStyles.weights(checkpoint, KeyStyles.Part.VAE);
        refused("{\"patch_size\": [1, 1]}", "config.json: \"patch_size\" is not [2, 2]", weights);
        refused("{\"decoder_block_out_channels\": [8]}", "config.json: \"decoder_block_out_channels\" is set", weights);
    }

    private static void refused(String json, String message, io.mural.weights.names.Weights weights) {
        assertThatThrownBy(() -> AutoencoderKLFlux2.of(Json.parse("config.json", json), weights))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(message);
    }
}
