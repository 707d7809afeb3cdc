package io.mural.evaluate.network;

import io.mural.model.text.ClipConfig;
import io.mural.model.text.ClipTextEncoder;
import io.mural.tensor.InputException;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.names.Weights;
import io.mural.weights.text.Json;
import java.nio.file.Path;

/**
 * CLIP with both halves (arXiv 2103.00020), from a folder as transformers publishes it: {@code config.json} and {@code
 * model.safetensors}.
 */
public final class Clip implements TextEmbedder, AutoCloseable {
    private final Checkpoint checkpoint;
    private final WeightCopies copies;
    private final VisionConfig config;
    private final ClipVision vision;
    private final ClipTextEncoder text;
    private final Linear textProjection;

    private Clip(Path folder, Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
        copies = new WeightCopies(NamedWeights.of(checkpoint), "");
        try {
            var json = Json.read(folder.resolve("config.json"));
            int projection = json.integer("projection_dim", 512);
            config = VisionConfig.of(json.object("vision_config"));
            var weights = Weights.of(checkpoint);
            vision = new ClipVision(config, weights, copies, projection);
            var textConfig = ClipConfig.of(json.object("text_config"));
            text = new ClipTextEncoder(textConfig, weights);
            textProjection = weights.linearNoBias("text_projection", textConfig.hiddenSize(), projection);
        } catch (RuntimeException e) {
            copies.close();
            throw e;
        }
    }

    /** The model of a folder. */
    public static Clip load(Path folder) {
        var checkpoint = Checkpoint.open(folder);
        try {
            return new Clip(folder, checkpoint);
        } catch (RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    /** How many numbers an embedding has. */
    public int projection() {
        return textProjection.out();
    }

    /** The side of the square it looks at, in pixels. */
    public int imageSize() {
        return config.imageSize();
    }

    @Override
    public int maxTokens() {
        return text.config().maxPositionEmbeddings();
    }

    /**
     * What the last layer leaves of a picture, [1 + patches, hidden].
     *
     * @param pixels of {@code ClipPixels}
     */
    public float[] visionHidden(Ops ops, float[] pixels) {
        return Reading.values(ops, "vision", () -> vision.hidden(ops, pixels));
    }

    /** The embedding of a picture; see {@link #visionHidden} for {@code pixels}. */
    public float[] image(Ops ops, float[] pixels) {
        return Reading.values(ops, "visual_projection", () -> vision.embedding(ops, vision.hidden(ops, pixels)));
    }

    /** The embedding of a text's token ids, the first end token's. */
    @Override
    public float[] text(Ops ops, int[] ids) {
        if (ids.length > maxTokens()) {
            throw new InputException(ids.length + " tokens are more than the " + maxTokens() + " positions of CLIP");
        }
        return Reading.values(
                ops, "text_projection", () -> ops.linear(text.forward(ops, ids).pooled(), textProjection));
    }

    @Override
    public void close() {
        copies.close();
        checkpoint.close();
    }
}
