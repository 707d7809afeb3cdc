package io.mural.model.plan;

import io.mural.model.family.PictureModel;
import io.mural.weights.stream.WeightStream;

/**
 * What of a model's mapped files stays in memory. When all of it fits, all of it stays. Else the text encoders are given
 * back block by block as a prompt goes through them, and of the transformer stays what fits beside the activations; the
 * rest is read anew in every evaluation.
 *
 * @param mapped bytes of all parts in their files
 * @param missing bytes of memory that all of it would take beyond what there is
 * @param textMemory bytes that the text encoders may keep
 * @param transformerMemory bytes that the transformer may keep
 * @param streamedText bytes read for every new prompt
 * @param streamedTransformer bytes read in every evaluation of the transformer
 */
public record WeightPlan(
        long mapped,
        long missing,
        long textMemory,
        long transformerMemory,
        long streamedText,
        long streamedTransformer) {

    /** The part of the free memory that is left to other files and programs, one in so many. */
    private static final long SLACK = 16;

    /** Without a look at the sizes: nothing is given back. */
    public static final WeightPlan ALL_STAY = new WeightPlan(0, 0, Long.MAX_VALUE, Long.MAX_VALUE, 0, 0);

    /** @param memory bytes that weights may take beside the activations */
    public static WeightPlan of(PictureModel model, long memory) {
        long mapped = model.bytes();
        long safe = memory - memory / SLACK;
        if (mapped <= safe) {
            return new WeightPlan(mapped, 0, Long.MAX_VALUE, Long.MAX_VALUE, 0, 0);
        }
        var transformer = model.transformerBlocks();
        long streamed = transformer.streamedBytes(safe);
        return new WeightPlan(mapped, mapped - safe, 0, safe, model.textBlocks().bytes(), streamed);
    }

    /** Bytes that stay in memory while the transformer runs. */
    public long resident() {
        return mapped - streamedText - streamedTransformer;
    }

    /** Open while a prompt is encoded. */
    public WeightStream text(PictureModel model) {
        return new WeightStream(model.textBlocks(), textMemory);
    }

    /** Open while the transformer runs. */
    public WeightStream transformer(PictureModel model) {
        return new WeightStream(model.transformerBlocks(), transformerMemory);
    }
}
