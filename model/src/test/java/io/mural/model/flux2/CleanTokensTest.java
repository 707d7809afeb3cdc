package io.mural.model.flux2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mural.model.family.Flux2Model;
import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.layers.Outside;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalLora.Scope;
import io.mural.model.request.LoraFile;
import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.AttentionLayout.Run;
import io.mural.tensor.Ops;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Tokens beside the picture's: a guide, and reference pictures. */
class CleanTokensTest {
    private static final Path TINY = Path.of("../goldens/flux2-tiny");
    private static final Path LORA = Path.of("../goldens/loras/hierarchical-flux2.safetensors");
    private static final int TEXT = 5;
    private static final int TEXT_WIDTH = 72;
    private static final int FEATURES = 32;

    private static float[] noise(int seed, int count) {
        return new TorchRandom(seed).normal(count);
    }

    private static Ops ops() {
        return new CpuBackend().open("cpu", 2, Workspace.poisoned());
    }

    private static Scene scene(int height, int width) {
        var geometry = new HierarchicalGeometry(4, 4, 2, 1, 2, 10);
        int guideHeight = geometry.guideSide(height);
        int guideWidth = geometry.guideSide(width);
        var guide = noise(2, guideHeight * guideWidth * FEATURES);
        return new Scene(geometry, new WindowOrder(height, width, geometry.window()), guideHeight, guideWidth, guide);
    }

    private static float[] velocity(Scope scope, OutsideMemory memory) {
        var scene = scene(13, 22);
        try (var model = new Flux2Model(TINY, Optional.empty(), List.of());
                var ops = ops()) {
            var guided = model.guidedTransformer(new HierarchicalLora(LORA, 1, scope));
            var txt = ops.tensor(noise(3, TEXT * TEXT_WIDTH), TEXT, TEXT_WIDTH);
            var context = guided.context(ops, scene, txt, 0, memory);
            int tokens = scene.order().tokens();
            var latents = ops.tensor(scene.order().fromRaster(noise(1, tokens * FEATURES)), tokens, FEATURES);
            guided.transformer().forward(ops, latents, 0.9, context);
            return scene.order().toRaster(ops.read(guided.transformer().forward(ops, latents, 0.4, context)));
        }
    }

    @Test
    void aKeptGuideGivesTheSameBytesAsARecomputedOne() {
        assertThat(velocity(Scope.GUIDE, OutsideMemory.KEEP)).isEqualTo(velocity(Scope.GUIDE, OutsideMemory.RECOMPUTE));
    }

    /** The velocity of fixed noise where text and picture see only themselves, and nothing from outside. */
    private static float[] apart(Ops ops, Flux2Transformer transformer) {
        int tokens = 8 * 8;
        var layout = AttentionLayout.of(
                TEXT + tokens,
                List.of(
                        new Block(0, TEXT, List.of(new Run(0, TEXT))),
                        new Block(TEXT, TEXT + tokens, List.of(new Run(TEXT, TEXT + tokens)))));
        var txt = ops.tensor(noise(3, TEXT * TEXT_WIDTH), TEXT, TEXT_WIDTH);
        var rope = transformer.positions(ops, TEXT, 8, 8);
        var context = new Flux2Transformer.Context(txt, 0, rope, layout, Optional.empty());
        var latents = ops.tensor(noise(1, tokens * FEATURES), tokens, FEATURES);
        return ops.read(transformer.forward(ops, latents, 0.4, context));
    }

    /** To tokens that see no text, an adapter of the picture's tokens alone is one of all tokens: a style LoRA. */
    @Test
    void theScopeSaysWhoseTokensAreAdapted() {
        var style = new LoraFile(LORA, 1, LoraFile.Mode.ADAPTER);
        try (var plain = new Flux2Model(TINY, Optional.empty(), List.of());
                var styled = new Flux2Model(TINY, Optional.empty(), List.of(style));
                var ops = ops()) {
            var unadapted = apart(ops, plain.transformer());
            var adapted = apart(ops, styled.transformer());
            var guide = plain.guidedTransformer(new HierarchicalLora(LORA, 1, Scope.GUIDE));
            assertThat(apart(ops, guide.transformer())).isEqualTo(unadapted);
            var image = apart(
                    ops,
                    plain.guidedTransformer(new HierarchicalLora(LORA, 1, Scope.IMAGE))
                            .transformer());
            assertThat(image).isNotEqualTo(unadapted);
            for (int i = 0; i < image.length; i++) {
                assertThat(image[i]).isCloseTo(adapted[i], within(1e-5f));
            }
        }
    }

    /** Where a reference stands is a matter of its position alone. */
    @Test
    void referencesChangeThePictureWhateverTheirOrder() {
        try (var checkpoint = Checkpoint.open(TINY.resolve("transformer"));
                var ops = ops()) {
            var config = Flux2Config.of(Json.read(TINY.resolve("transformer/config.json")));
            var weights = KeyStyles.weights(checkpoint, KeyStyles.Part.FLUX2_TRANSFORMER);
            var branch = new CleanTokens(config, weights);
            var transformer = new Flux2Transformer(config, weights);
            var pictures = List.of(new CleanTokens.Raster(10, 3, 2, 1), new CleanTokens.Raster(20, 2, 4, 1));
            var rope = branch.positions(ops, pictures, 1);
            int tokens = 14;
            var latents = ops.tensor(noise(6, tokens * FEATURES), tokens, FEATURES);
            var references = branch.keys(
                    ops,
                    new CleanTokens.Given(latents, 0, rope, AttentionLayout.dense(tokens, tokens)),
                    OutsideMemory.KEEP);
            var with = step(ops, transformer, Optional.of(references));
            assertThat(with)
                    .isNotEqualTo(step(ops, transformer, Optional.empty()))
                    .doesNotContain(Float.NaN);

            var swapped = List.of(pictures.get(1), pictures.get(0));
            var values = noise(6, tokens * FEATURES);
            var turned = new float[values.length];
            System.arraycopy(values, 6 * FEATURES, turned, 0, 8 * FEATURES);
            System.arraycopy(values, 0, turned, 8 * FEATURES, 6 * FEATURES);
            var again = branch.keys(
                    ops,
                    new CleanTokens.Given(
                            ops.tensor(turned, tokens, FEATURES),
                            0,
                            branch.positions(ops, swapped, 1),
                            AttentionLayout.dense(tokens, tokens)),
                    OutsideMemory.KEEP);
            var other = step(ops, transformer, Optional.of(again));
            for (int i = 0; i < with.length; i++) {
                assertThat(other[i]).isCloseTo(with[i], within(1e-5f));
            }
        }
    }

    private static float[] step(Ops ops, Flux2Transformer transformer, Optional<Outside> references) {
        var txt = ops.tensor(noise(3, TEXT * TEXT_WIDTH), TEXT, TEXT_WIDTH);
        var rope = transformer.positions(ops, TEXT, 4, 3);
        var context = references
                .map(outside -> new Flux2Transformer.Context(txt, 0, rope, outside))
                .orElseGet(() -> new Flux2Transformer.Context(txt, 0, rope));
        return ops.read(transformer.forward(ops, ops.tensor(noise(1, 12 * FEATURES), 12, FEATURES), 0.7, context));
    }

    @Test
    void aKeptGuideAddsNoLayerToAStep() {
        var scene = scene(64, 64);
        try (var model = new Flux2Model(TINY, Optional.empty(), List.of())) {
            var guided = model.guidedTransformer(new HierarchicalLora(LORA, 1, Scope.GUIDE));
            double kept = flopsOfAStep(guided, ops -> context(ops, guided, scene, OutsideMemory.KEEP));
            double recomputed = flopsOfAStep(guided, ops -> context(ops, guided, scene, OutsideMemory.RECOMPUTE));
            double without = flopsOfAStep(guided, ops -> {
                var context = context(ops, guided, scene, OutsideMemory.KEEP);
                return new Flux2Transformer.Context(context.txt(), 0, context.rope());
            });
            assertThat(kept).isEqualTo(without);
            assertThat(recomputed).isGreaterThan(without);
        }
    }

    private static Flux2Transformer.Context context(
            Ops ops, GuidedTransformer guided, Scene scene, OutsideMemory memory) {
        return guided.context(ops, scene, ops.empty(TEXT, TEXT_WIDTH), 0, memory);
    }

    private static double flopsOfAStep(GuidedTransformer guided, Function<Ops, Flux2Transformer.Context> context) {
        try (var ops = new PlanOps()) {
            var given = context.apply(ops);
            double before = ops.linearFlops();
            guided.transformer().forward(ops, ops.empty(64 * 64, FEATURES), 0.5, given);
            return ops.linearFlops() - before;
        }
    }
}
