package io.mural.model.plan;

import io.mural.model.family.WanModel;

/**
 * What of a video model's mapped files stays in memory. The text encoder is given back block by block as a prompt goes
 * through it where it does not fit, and wholly before the transformer opens; of the transformer stays what fits beside
 * the activations of a step.
 *
 * @param mapped bytes of all parts in their files
 * @param transformer bytes of the transformer in its files
 * @param textMemory bytes that the text encoder may keep
 * @param transformerMemory bytes that the transformer may keep
 * @param streamedTransformer bytes of the transformer read in every evaluation
 */
public record VideoWeights(
        long mapped, long transformer, long textMemory, long transformerMemory, long streamedTransformer) {
    /** The part of the free memory that is left to other files and programs, one in so many. */
    private static final long SLACK = 16;

    /** Without a look at the sizes: nothing is given back. */
    public static final VideoWeights ALL_STAY = new VideoWeights(0, 0, Long.MAX_VALUE, Long.MAX_VALUE, 0);

    /** @param memory bytes that activations and weights may take together */
    public static VideoWeights of(WanModel model, VideoPlan plan, long memory) {
        long safe = memory - memory / SLACK;
        long textMemory = Math.max(0, safe - plan.text().bytes());
        long transformerMemory = Math.max(0, safe - plan.step().bytes());
        var blocks = model.transformerBlocks();
        return new VideoWeights(
                model.bytes(), blocks.bytes(), textMemory, transformerMemory, blocks.streamedBytes(transformerMemory));
    }
}
