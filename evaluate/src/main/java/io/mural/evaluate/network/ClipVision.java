package io.mural.evaluate.network;

import io.mural.model.text.ClipLayer;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Conv;
import io.mural.tensor.Linear;
import io.mural.tensor.Matrix;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The picture half of CLIP as a vision transformer (arXiv 2103.00020; transformers' {@code CLIPVisionModel}). */
final class ClipVision {
    private final VisionConfig config;
    private final Conv patches;
    private final Tensor classToken;
    private final Matrix positions;
    private final ClipLayer.Norm preNorm;
    private final List<ClipLayer> layers = new ArrayList<>();
    private final ClipLayer.Norm postNorm;
    private final Linear projection;

    ClipVision(VisionConfig config, Weights weights, WeightCopies copies, int projectionDim) {
        this.config = config;
        int hidden = config.hiddenSize();
        var model = weights.under("vision_model");
        var name = "vision_model.embeddings.patch_embedding.weight";
        int patch = config.patchSize();
        if (!Arrays.equals(copies.shape(name, 4), new int[] {hidden, 3, patch, patch})) {
            throw copies.wrong(name, "[" + hidden + ", 3, " + patch + ", " + patch + "]");
        }
        patches = new Conv(
                copies.matrix(name, copies.floats(name), hidden, 3 * patch * patch), Optional.empty(), 3, patch);
        classToken = model.vector("embeddings.class_embedding", hidden);
        positions = model.matrix("embeddings.position_embedding.weight", config.patches() + 1, hidden);
        preNorm = ClipLayer.Norm.load(model.under("pre_layrnorm"), hidden, config.layerNormEps());
        for (int i = 0; i < config.numHiddenLayers(); i++) {
            layers.add(ClipLayer.load(model.under("encoder.layers." + i), config.layer()));
        }
        postNorm = ClipLayer.Norm.load(model.under("post_layernorm"), hidden, config.layerNormEps());
        projection = weights.linearNoBias("visual_projection", hidden, projectionDim);
    }

    /**
     * What the layers leave of the class token and the patches, [1 + patches, hidden].
     *
     * @param pixels of {@code ClipPixels}, imageSize x imageSize x 3
     */
    Tensor hidden(Ops ops, float[] pixels) {
        return ops.unit("vision_model", () -> {
            var picture = ops.tensor(pixels, config.imageSize(), config.imageSize(), 3);
            var x = ops.empty(config.patches() + 1, config.hiddenSize());
            ops.copy(x.rows(0, 1), classToken);
            ops.copy(x.rows(1, x.rows()), ops.conv2d(picture, patches, config.patchSize(), Padding.NONE));
            ops.add(x, ops.embedding(positions, IntStream.range(0, x.rows()).toArray()));
            var normed = preNorm.forward(ops, x);
            var layout = AttentionLayout.dense(x.rows(), x.rows());
            for (int i = 0; i < layers.size(); i++) {
                var layer = layers.get(i);
                ops.unit("vision_model.encoder.layers." + i, () -> layer.forward(ops, normed, layout));
            }
            return normed;
        });
    }

    /** The embedding, [1, projection], of what {@link #hidden} gave. */
    Tensor embedding(Ops ops, Tensor hidden) {
        return ops.linear(postNorm.forward(ops, hidden.rows(0, 1)), projection);
    }
}
