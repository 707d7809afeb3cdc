package io.mural.model.flux1;

import io.mural.model.hierarchical.HierarchicalLayout;
import io.mural.model.hierarchical.Scene;
import io.mural.model.layers.OutsideMemory;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.Optional;

/** The transformer of the hierarchical method's large picture, with the branch that its guide goes through. */
public record GuidedTransformer(Flux1Transformer transformer, CleanTokens branch) {
    /**
     * What stays the same over the steps of one picture, as tensors of the current unit.
     *
     * @param txt [text tokens, jointAttentionDim]
     * @param pooled [1, pooledProjectionDim]
     * @param guidance the distilled guidance scale
     */
    public Flux1Transformer.Context context(
            Ops ops, Scene scene, Tensor txt, Tensor pooled, double guidance, OutsideMemory memory) {
        var geometry = scene.geometry();
        var layout =
                HierarchicalLayout.of(geometry, txt.rows(), scene.order(), scene.guideHeight(), scene.guideWidth());
        var rope = transformer.positions(ops, txt.rows(), scene.order(), geometry.ntkFactor());
        var guideRope =
                branch.positions(ops, scene.guideHeight(), scene.guideWidth(), geometry.ratio(), geometry.ntkFactor());
        var latents = ops.tensor(
                scene.guideLatents(), scene.guideTokens(), transformer.config().inChannels());
        var given = new CleanTokens.Given(latents, pooled, guidance, guideRope, layout.guide());
        return new Flux1Transformer.Context(
                txt, pooled, guidance, rope, layout.picture(), Optional.of(branch.keys(ops, given, memory)));
    }
}
