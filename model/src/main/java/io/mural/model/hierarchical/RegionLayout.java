package io.mural.model.hierarchical;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.AttentionLayout.Block;
import java.util.ArrayList;

/**
 * The pattern of {@link HierarchicalLayout} for some windows of a picture: who is not there is not seen, so that the
 * halo sees no further than itself.
 */
record RegionLayout(HierarchicalGeometry geometry, int text, RegionOrder order, int guideHeight, int guideWidth) {
    /** Queries [T, X] over keys [T, X, G]. */
    AttentionLayout layout() {
        var blocks = new ArrayList<Block>();
        var all = new Runs();
        all.add(0, text + order.tokens());
        blocks.add(new Block(0, text, all.list()));
        for (var part : order.parts()) {
            blocks.add(block(part));
        }
        return AttentionLayout.of(text + order.tokens() + guideHeight * guideWidth, blocks);
    }

    private Block block(RegionOrder.Part part) {
        int window = order.window();
        int top = part.windowRow() * window;
        int left = part.windowColumn() * window;
        int bottom = Math.min(order.height(), top + window);
        int right = Math.min(order.width(), left + window);
        var runs = new Runs();
        runs.add(0, text);
        neighbourhood(runs, top, bottom, left, right);
        HierarchicalLayout.guide(
                runs, geometry, text + order.tokens(), guideHeight, guideWidth, top, bottom, left, right);
        return new Block(text + part.from(), text + part.to(), runs.list());
    }

    /** The tokens of a window and its halo, in order. */
    private void neighbourhood(Runs runs, int top, int bottom, int left, int right) {
        int window = order.window();
        int halo = geometry.halo();
        int firstRow = Math.max(0, top - halo);
        int lastRow = Math.min(order.height(), bottom + halo);
        int firstColumn = Math.max(0, left - halo);
        int lastColumn = Math.min(order.width(), right + halo);
        for (int y = firstRow / window * window; y < lastRow; y += window) {
            for (int x = firstColumn / window * window; x < lastColumn; x += window) {
                for (int row = Math.max(firstRow, y); row < Math.min(lastRow, y + window); row++) {
                    for (int column = Math.max(firstColumn, x); column < Math.min(lastColumn, x + window); column++) {
                        int position = order.position(row, column);
                        if (position >= 0) {
                            runs.add(text + position, text + position + 1);
                        }
                    }
                }
            }
        }
    }
}
