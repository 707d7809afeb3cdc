package io.mural.model.wan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class WanTransformerTest {
    private static final Path FILE = Path.of("../goldens/video/single-file/wan-tiny-fp8.safetensors");
    private static final Path CONFIG = Path.of("../goldens/video/wan-tiny/transformer/config.json");
    private static final TokenGrid GRID = new TokenGrid(3, 4, 6);

    @Test
    void promptsThatGoTogetherGiveWhatEachGivesAlone() {
        var together = run(AttentionPattern.DENSE, 1, 2);
        assertThat(together.getFirst()).isEqualTo(run(AttentionPattern.DENSE, 1).getFirst());
        assertThat(together.get(1)).isEqualTo(run(AttentionPattern.DENSE, 2).getFirst());
        assertThat(together.get(1)).isNotEqualTo(together.getFirst());
    }

    @Test
    void oneWindowIsDenseAttention() {
        var one = run(new T3Windows(List.of(new int[] {1, 1, 1})).pattern(), 1).getFirst();
        var dense = run(AttentionPattern.DENSE, 1).getFirst();
        for (int i = 0; i < dense.length; i++) {
            assertThat(one[i]).isCloseTo(dense[i], Offset.offset(1e-5f));
        }
    }

    @Test
    void windowsThatDoNotDivideAreRefused() {
        var pattern = new T3Windows(List.of(new int[] {1, 3, 1})).pattern();
        assertThatThrownBy(() -> run(pattern, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("3 x 4 x 6, do not divide into 1 x 3 x 1 windows");
    }

    @Test
    void theNearestMultipleIsTheLowerOfTwo() {
        assertThat(UltraGenAttention.closest(30, 4)).isEqualTo(28);
        assertThat(UltraGenAttention.closest(68, 5)).isEqualTo(70);
        assertThat(UltraGenAttention.closest(1, 5)).isEqualTo(5);
    }

    private static List<float[]> run(AttentionPattern pattern, int... texts) {
        try (var file = Checkpoint.open(FILE);
                var ops = new CpuBackend().open("cpu", 2, Workspace.poisoned())) {
            var transformer = new WanTransformer(
                    WanConfig.of(Json.read(CONFIG)), pattern, KeyStyles.weights(file, Part.WAN_TRANSFORMER));
            var prompts = new ArrayList<WanText>();
            for (int seed : texts) {
                prompts.add(transformer.text(ops, random(ops, seed, 7, 32)));
            }
            var latents = random(ops, 9, GRID.tokens(), 64);
            return transformer.forward(ops, latents, 700, GRID, transformer.positions(ops, GRID), prompts).stream()
                    .map(ops::read)
                    .toList();
        }
    }

    private static Tensor random(Ops ops, int seed, int rows, int cols) {
        return ops.tensor(new TorchRandom(seed).normal(rows * cols), rows, cols);
    }
}
