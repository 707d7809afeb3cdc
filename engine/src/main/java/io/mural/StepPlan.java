package io.mural;

import io.mural.engine.device.Speed;
import io.mural.model.family.PictureModel;
import io.mural.model.hierarchical.HierarchicalLayout;
import io.mural.model.hierarchical.OfficialBlockMap;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.plan.LevelFigures;
import io.mural.tensor.InputException;
import java.util.Optional;

/**
 * What a step of a large picture takes by the hierarchical method, and what it would take if every token saw every other.
 * Found without computing.
 *
 * @param tokens that take part
 * @param pairs of a query and a key that it sees
 * @param linearFlops operations of the layers of text and picture
 * @param pairFlops operations of attention for a pair of tokens, over all blocks
 * @param memoryBytes of activations, with the guide's keys and values kept
 * @param speed of the device
 */
public record StepPlan(
        Size size,
        Pattern pattern,
        Parts tokens,
        long pairs,
        double linearFlops,
        double pairFlops,
        long memoryBytes,
        Speed speed) {
    /** The length of text that the authors' pattern was made for. */
    private static final int OFFICIAL_TEXT = 512;

    /** Which tokens see which. */
    public enum Pattern {
        /** Windows with an exact halo, as mural computes. */
        TOKEN,
        /** The blocks of the authors' code. */
        OFFICIAL
    }

    /** How many tokens text, picture and guide have. */
    public record Parts(int text, int picture, int guide) {
        long all() {
            return (long) text + picture + guide;
        }
    }

    /** @param textTokens the model's own number where it is empty, 512 for the authors' pattern */
    static StepPlan of(PictureModel model, Size size, Pattern pattern, Optional<Integer> textTokens, Speed speed) {
        int usual =
                pattern == Pattern.OFFICIAL ? OFFICIAL_TEXT : model.defaults().textTokens();
        int text = textTokens.orElse(usual);
        if (text < 1 || text > Bounds.MOST_TEXT_TOKENS) {
            throw InputException.about(
                    "text-tokens", "`text-tokens` " + text + ": choose 1 to " + Bounds.MOST_TEXT_TOKENS);
        }
        var grid = model.grid(size.width(), size.height());
        var geometry = model.hierarchicalSettings().geometry();
        var order = new WindowOrder(grid.height(), grid.width(), geometry.window());
        int guideHeight = geometry.guideSide(order.height());
        int guideWidth = geometry.guideSide(order.width());
        long pairs = switch (pattern) {
            case TOKEN ->
                HierarchicalLayout.of(geometry, text, order, guideHeight, guideWidth)
                        .pairs();
            case OFFICIAL -> new OfficialBlockMap(text, order.height(), order.width()).pairs();
        };
        var figures = LevelFigures.of(model, text, order);
        return new StepPlan(
                size,
                pattern,
                new Parts(text, order.tokens(), guideHeight * guideWidth),
                pairs,
                figures.linearFlops(),
                figures.flopsOfAPair(),
                figures.bytes(),
                speed);
    }

    /** Pairs if every token saw every other. */
    public long densePairs() {
        return tokens.all() * tokens.all();
    }

    public double attentionFlops() {
        return pairFlops * pairs;
    }

    /** Operations of attention if every token saw every other. */
    public double denseAttentionFlops() {
        return pairFlops * densePairs();
    }

    /** Of a step. */
    public double seconds() {
        return speed.seconds(linearFlops, attentionFlops());
    }

    /** Of a step if every token saw every other. */
    public double denseSeconds() {
        return speed.seconds(linearFlops, denseAttentionFlops());
    }
}
