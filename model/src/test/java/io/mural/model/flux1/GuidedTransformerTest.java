package io.mural.model.flux1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mural.model.family.Flux1Model;
import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.LoraFile;
import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.AttentionLayout.Run;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class GuidedTransformerTest {
    private static final Path TINY = Path.of("../goldens/flux1-tiny");
    private static final Path LORA = Path.of("../goldens/loras/hierarchical-flux1.safetensors");
    private static final int TEXT = 5;

    private static HierarchicalLora lora(HierarchicalLora.Scope scope) {
        return new HierarchicalLora(LORA, 1, scope);
    }

    private static float[] noise(int seed, int count) {
        return new TorchRandom(seed).normal(count);
    }

    private static Scene scene(HierarchicalGeometry geometry, int height, int width) {
        int guideHeight = geometry.guideSide(height);
        int guideWidth = geometry.guideSide(width);
        return new Scene(
                geometry,
                new WindowOrder(height, width, geometry.window()),
                guideHeight,
                guideWidth,
                noise(2, guideHeight * guideWidth * 64));
    }

    private static Flux1Transformer.Context context(
            Ops ops, GuidedTransformer guided, Scene scene, OutsideMemory memory) {
        var txt = ops.tensor(noise(3, TEXT * 40), TEXT, 40);
        return guided.context(ops, scene, txt, ops.tensor(noise(4, 24), 1, 24), 3.5, memory);
    }

    /** The velocity of fixed noise in raster order, of the second evaluation with one context. */
    private static float[] velocity(HierarchicalLora.Scope scope, Scene scene, OutsideMemory memory) {
        try (var model = new Flux1Model(TINY, Optional.empty(), List.of());
                var ops = new CpuBackend().open("cpu", 2, Workspace.poisoned())) {
            var guided = model.guidedTransformer(lora(scope));
            var context = context(ops, guided, scene, memory);
            int tokens = scene.order().tokens();
            var latents = ops.tensor(scene.order().fromRaster(noise(1, tokens * 64)), tokens, 64);
            guided.transformer().forward(ops, latents, 0.9, context);
            return scene.order().toRaster(ops.read(guided.transformer().forward(ops, latents, 0.4, context)));
        }
    }

    @Test
    void aKeptGuideGivesTheSameBytesAsARecomputedOne() {
        var geometry = new HierarchicalGeometry(4, 4, 2, 1, 2, 10);
        var scene = scene(geometry, 13, 22);
        assertThat(velocity(HierarchicalLora.Scope.GUIDE, scene, OutsideMemory.KEEP))
                .isEqualTo(velocity(HierarchicalLora.Scope.GUIDE, scene, OutsideMemory.RECOMPUTE));
    }

    @Test
    void windowsThatSeeEverythingAreOneWindow() {
        var one = new HierarchicalGeometry(12, 4, 0, HierarchicalGeometry.ALL, HierarchicalGeometry.ALL, 1);
        var many = new HierarchicalGeometry(3, 4, 12, HierarchicalGeometry.ALL, HierarchicalGeometry.ALL, 1);
        var expected = velocity(HierarchicalLora.Scope.GUIDE, scene(one, 12, 11), OutsideMemory.KEEP);
        var actual = velocity(HierarchicalLora.Scope.GUIDE, scene(many, 12, 11), OutsideMemory.KEEP);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }

    /** The velocity of fixed noise where text and picture see only themselves, and nothing from outside. */
    private static float[] apart(Ops ops, Flux1Transformer transformer) {
        int tokens = 8 * 8;
        var layout = AttentionLayout.of(
                TEXT + tokens,
                List.of(
                        new Block(0, TEXT, List.of(new Run(0, TEXT))),
                        new Block(TEXT, TEXT + tokens, List.of(new Run(TEXT, TEXT + tokens)))));
        var context = new Flux1Transformer.Context(
                ops.tensor(noise(3, TEXT * 40), TEXT, 40),
                ops.tensor(noise(4, 24), 1, 24),
                3.5,
                transformer.positions(ops, TEXT, 8, 8),
                layout,
                Optional.empty());
        return ops.read(transformer.forward(ops, ops.tensor(noise(1, tokens * 64), tokens, 64), 0.4, context));
    }

    /** To tokens that see no text, an adapter of the picture's tokens alone is one of all tokens: a style LoRA. */
    @Test
    void theScopeSaysWhoseTokensAreAdapted() {
        var style = new LoraFile(LORA, 1, LoraFile.Mode.ADAPTER);
        try (var plain = new Flux1Model(TINY, Optional.empty(), List.of());
                var styled = new Flux1Model(TINY, Optional.empty(), List.of(style));
                var ops = new CpuBackend().open("cpu", 2, Workspace.poisoned())) {
            var unadapted = apart(ops, plain.transformer());
            var adapted = apart(ops, styled.transformer());
            var guide = plain.guidedTransformer(lora(HierarchicalLora.Scope.GUIDE));
            assertThat(apart(ops, guide.transformer())).isEqualTo(unadapted);
            var image = apart(
                    ops,
                    plain.guidedTransformer(lora(HierarchicalLora.Scope.IMAGE)).transformer());
            assertThat(image).isNotEqualTo(unadapted);
            for (int i = 0; i < image.length; i++) {
                assertThat(image[i]).isCloseTo(adapted[i], within(1e-5f));
            }
        }
    }

    @Test
    void aKeptGuideAddsNoLayerToAStep() {
        var scene = scene(new HierarchicalGeometry(4, 4, 2, 1, -1, 10), 64, 64);
        try (var model = new Flux1Model(TINY, Optional.empty(), List.of())) {
            var guided = model.guidedTransformer(lora(HierarchicalLora.Scope.GUIDE));
            double kept = linearFlopsOfAStep(guided, ops -> context(ops, guided, scene, OutsideMemory.KEEP));
            double recomputed = linearFlopsOfAStep(guided, ops -> context(ops, guided, scene, OutsideMemory.RECOMPUTE));
            double without = linearFlopsOfAStep(guided, ops -> {
                var context = context(ops, guided, scene, OutsideMemory.KEEP);
                return new Flux1Transformer.Context(context.txt(), context.pooled(), 3.5, context.rope());
            });
            assertThat(kept).isEqualTo(without);
            assertThat(recomputed).isGreaterThan(without);
        }
    }

    private static double linearFlopsOfAStep(
            GuidedTransformer guided, Function<Ops, Flux1Transformer.Context> context) {
        try (var ops = new PlanOps()) {
            var given = context.apply(ops);
            double before = ops.linearFlops();
            guided.transformer().forward(ops, ops.empty(64 * 64, 64), 0.5, given);
            return ops.linearFlops() - before;
        }
    }

    @Test
    void aLoraOfAnotherModelSaysWhatWasExpected() {
        try (var model = new Flux1Model(TINY, Optional.empty(), List.of())) {
            var other = new HierarchicalLora(
                    Path.of("../goldens/loras/hierarchical-flux2.safetensors"), 1, HierarchicalLora.Scope.GUIDE);
            assertThatThrownBy(() -> model.guidedTransformer(other))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("hierarchical-flux2.safetensors");
        }
    }
}
