package io.mural.bench;

import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.hierarchical.HierarchicalLayout;
import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.AttentionLayout.Run;
import java.util.ArrayList;
import java.util.List;

/**
 * A square picture of {@code side} x {@code side} tokens with text and a guide.
 *
 * @param side tokens, 16 pixels each
 */
record Grid(HierarchicalGeometry geometry, int text, int side) {
    int tokens() {
        return side * side;
    }

    int guideTokens() {
        return geometry.guideSide(side) * geometry.guideSide(side);
    }

    WindowOrder order() {
        return new WindowOrder(side, side, geometry.window());
    }

    /** Queries of text and picture: over all tokens of both. */
    AttentionLayout dense() {
        return AttentionLayout.dense(text + tokens(), text + tokens());
    }

    /** Queries of text and picture: over windows, halos and guide. */
    AttentionLayout hierarchical() {
        int guide = geometry.guideSide(side);
        return HierarchicalLayout.of(geometry, text, order(), guide, guide).picture();
    }

    /** As {@link #hierarchical} without the guide's keys. */
    AttentionLayout withoutGuide() {
        int keys = text + tokens();
        var blocks = new ArrayList<Block>();
        for (var block : hierarchical().blocks()) {
            blocks.add(new Block(block.from(), block.to(), upTo(block.runs(), keys)));
        }
        return AttentionLayout.of(keys, blocks);
    }

    private static List<Run> upTo(List<Run> runs, int keys) {
        return runs.stream()
                .filter(run -> run.from() < keys)
                .map(run -> new Run(run.from(), Math.min(run.to(), keys)))
                .toList();
    }

    /** With a guide of noise. */
    Scene scene(int features) {
        int guide = geometry.guideSide(side);
        return new Scene(geometry, order(), guide, guide, new TorchRandom(2).normal(guideTokens() * features));
    }
}
