package io.mural.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux1.Flux1Transformer;
import io.mural.model.request.LoraFile;
import io.mural.model.request.ModelDefaults;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Flux1ModelTest {
    private static final Path GOLDENS = Path.of("../goldens");
    private static final Path TINY = GOLDENS.resolve("flux1-tiny");
    private static final Path SINGLE = GOLDENS.resolve("single-file/flux1-tiny.safetensors");
    private static final Path LORA = GOLDENS.resolve("loras/style-diffusers.safetensors");

    @Test
    void aMergedLoraGivesWhatAnAdapterGives() {
        var plain = evaluate(List.of());
        var adapter = evaluate(List.of(new LoraFile(LORA, 0.8, LoraFile.Mode.ADAPTER)));
        var merged = evaluate(List.of(new LoraFile(LORA, 0.8, LoraFile.Mode.MERGE)));
        assertThat(largestDifference(adapter, plain)).isGreaterThan(0.01);
        assertThat(largestDifference(adapter, merged)).isLessThan(1e-5);
    }

    @Test
    void lorasAddUp() {
        var twice = evaluate(List.of(
                new LoraFile(LORA, 0.5, LoraFile.Mode.ADAPTER), new LoraFile(LORA, 0.3, LoraFile.Mode.ADAPTER)));
        assertThat(largestDifference(twice, evaluate(List.of(new LoraFile(LORA, 0.8, LoraFile.Mode.ADAPTER)))))
                .isLessThan(1e-5);
    }

    @Test
    void aSingleFileTakesFromItsBaseWhatItLacks() {
        try (var folder = new Flux1Model(TINY, Optional.empty(), List.of());
                var single = new Flux1Model(SINGLE, Optional.of(TINY), List.of());
                var ops = new CpuBackend().open("cpu", 1, new Workspace())) {
            assertThat(single.transformer().config())
                    .isEqualTo(folder.transformer().config());
            assertThat(single.vaeConfig()).isEqualTo(folder.vaeConfig());
            assertThat(single.noiseDtype()).isEqualTo(DType.F32);
            var mine = single.encode(ops, "a castle", 12);
            assertThat(mine.tokens())
                    .isEqualTo(folder.encode(ops, "a castle", 12).tokens());
        }
    }

    @Test
    void aSingleFileAloneSaysWhatIsMissing() {
        var json = Json.read(TINY.resolve("transformer/config.json"));
        try (var model = new Flux1Model(SINGLE, Optional.empty(), List.of(), Optional.of(Flux1Config.of(json)))) {
            model.transformer();
            assertThatThrownBy(model::vae)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("flux1-tiny.safetensors holds no autoencoder")
                    .hasMessageContaining("`base`");
        }
        assertThatThrownBy(() -> new Flux1Model(TINY, Optional.of(TINY), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("`base` belongs to a single file");
    }

    @Test
    void publishedModelsHaveTheirDefaultsWithoutAnyFile() {
        try (var guided = new Flux1Model(TINY, Optional.empty(), List.of())) {
            assertThat(guided.defaults()).isEqualTo(ModelDefaults.FLUX1_DEV);
        }
        try (var nano = new Flux1Model(Path.of("../models/mural-nano"), Optional.empty(), List.of())) {
            assertThat(nano.defaults().width()).isEqualTo(256);
            assertThat(nano.defaults().textTokens()).isEqualTo(32);
            assertThat(nano.defaults().trueCfg()).isEqualTo(2.5);
            // 4096 tokens would extrapolate to mu 14.15; the model's mural.json bounds it by 1.15.
            assertThat(nano.schedule(2, 4096).sigma(1)).isCloseTo(0.7595f, within(1e-4f));
        }
    }

    private static float[] evaluate(List<LoraFile> loras) {
        try (var model = new Flux1Model(TINY, Optional.empty(), loras);
                var ops = new CpuBackend().open("cpu", 2, Workspace.poisoned())) {
            var transformer = model.transformer();
            var random = new Random(7);
            var context = new Flux1Transformer.Context(
                    ops.tensor(normal(random, 5 * 40), 5, 40),
                    ops.tensor(normal(random, 24), 1, 24),
                    3.5,
                    transformer.positions(ops, 5, 3, 4));
            return ops.read(transformer.forward(ops, ops.tensor(normal(random, 12 * 64), 12, 64), 0.5, context));
        }
    }

    private static float[] normal(Random random, int count) {
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double largestDifference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}
