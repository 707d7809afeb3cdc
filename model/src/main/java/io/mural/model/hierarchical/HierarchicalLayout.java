package io.mural.model.hierarchical;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.InputException;
import java.util.ArrayList;

/**
 * The pattern of attention between text T, the picture's tokens X in window order and the tokens G of its guide in
 * raster order, as query blocks with runs of keys: one block a window. Text sees text and picture. A window sees text,
 * itself with a halo, and the part of the guide under it with a halo of its own. The guide sees only itself, which is
 * why its keys and values are the same in every step.
 *
 * @param picture queries [T, X] over keys [T, X, G]
 * @param guide queries G over keys G
 */
public record HierarchicalLayout(AttentionLayout picture, AttentionLayout guide) {
    /**
     * @param textTokens at least 1
     * @param order the picture's tokens
     * @param guideHeight rows of guide tokens
     * @param guideWidth guide tokens of a row
     */
    public static HierarchicalLayout of(
            HierarchicalGeometry geometry, int textTokens, TokenOrder order, int guideHeight, int guideWidth) {
        requireGuide(geometry, order, guideHeight, guideWidth);
        var picture = switch (order) {
            case WindowOrder windows -> new Windows(geometry, textTokens, windows, guideHeight, guideWidth).layout();
            case RegionOrder region -> new RegionLayout(geometry, textTokens, region, guideHeight, guideWidth).layout();
        };
        return new HierarchicalLayout(picture, guide(geometry, guideHeight, guideWidth));
    }

    /** Number of pairs that attend, of all three streams. */
    public long pairs() {
        return picture.pairs() + guide.pairs();
    }

    private static void requireGuide(HierarchicalGeometry geometry, TokenOrder order, int height, int width) {
        if (height > order.height() || width > order.width()) {
            throw new InputException("a guide of " + width + "x" + height + " tokens is larger than the picture of "
                    + order.width() + "x" + order.height() + "; ask for a larger picture or give a smaller guide");
        }
        int ratio = geometry.ratio();
        if (height != geometry.guideSide(order.height()) || width != geometry.guideSide(order.width())) {
            throw new InputException("a guide of " + width + "x" + height + " tokens does not fit a picture of "
                    + order.width() + "x" + order.height() + " at a ratio of " + ratio + "; it must be "
                    + geometry.guideSide(order.width()) + "x" + geometry.guideSide(order.height()));
        }
    }

    private static AttentionLayout guide(HierarchicalGeometry geometry, int height, int width) {
        int tokens = height * width;
        int radius = geometry.guidanceRadius();
        if (radius == HierarchicalGeometry.ALL || radius >= Math.max(height, width) - 1) {
            return AttentionLayout.dense(tokens, tokens);
        }
        var blocks = new ArrayList<Block>(tokens);
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                var runs = new Runs();
                for (int y = Math.max(0, row - radius); y <= Math.min(height - 1, row + radius); y++) {
                    int left = Math.max(0, column - radius);
                    int right = Math.min(width, column + radius + 1);
                    runs.add(y * width + left, y * width + right);
                }
                int query = row * width + column;
                blocks.add(new Block(query, query + 1, runs.list()));
            }
        }
        return AttentionLayout.of(tokens, blocks);
    }

    /** The query blocks of text and windows. */
    private record Windows(
            HierarchicalGeometry geometry, int text, WindowOrder order, int guideHeight, int guideWidth) {
        AttentionLayout layout() {
            int picture = order.tokens();
            var blocks = new ArrayList<Block>();
            var all = new Runs();
            all.add(0, text + picture);
            blocks.add(new Block(0, text, all.list()));
            for (int row = 0; row < order.windowRows(); row++) {
                for (int column = 0; column < order.windowColumns(); column++) {
                    blocks.add(block(row, column));
                }
            }
            return AttentionLayout.of(text + picture + guideHeight * guideWidth, blocks);
        }

        private Block block(int windowRow, int windowColumn) {
            int top = order.top(windowRow);
            int bottom = order.top(windowRow + 1);
            int left = order.left(windowColumn);
            int right = order.left(windowColumn + 1);
            var runs = new Runs();
            runs.add(0, text);
            int halo = geometry.halo();
            neighbourhood(
                    runs,
                    Math.max(0, top - halo),
                    Math.min(order.height(), bottom + halo),
                    Math.max(0, left - halo),
                    Math.min(order.width(), right + halo));
            guide(runs, geometry, text + order.tokens(), guideHeight, guideWidth, top, bottom, left, right);
            int start = text + order.start(windowRow, windowColumn);
            return new Block(start, start + (bottom - top) * (right - left), runs.list());
        }

        /** The picture's tokens of a rectangle, in window order. */
        private void neighbourhood(Runs runs, int top, int bottom, int left, int right) {
            int window = order.window();
            for (int windowRow = top / window; windowRow * window < bottom; windowRow++) {
                for (int windowColumn = left / window; windowColumn * window < right; windowColumn++) {
                    int from = Math.max(left, order.left(windowColumn));
                    int count = Math.min(right, order.left(windowColumn + 1)) - from;
                    int last = Math.min(bottom, order.top(windowRow + 1));
                    for (int row = Math.max(top, order.top(windowRow)); row < last; row++) {
                        int start = text + order.position(row, from);
                        runs.add(start, start + count);
                    }
                }
            }
        }
    }

    /**
     * The guide's tokens under a rectangle of the picture.
     *
     * @param first the guide's first key
     */
    static void guide(
            Runs runs,
            HierarchicalGeometry geometry,
            int first,
            int guideHeight,
            int guideWidth,
            int top,
            int bottom,
            int left,
            int right) {
        int halo = geometry.guidanceHalo();
        if (halo == HierarchicalGeometry.ALL) {
            runs.add(first, first + guideHeight * guideWidth);
            return;
        }
        int ratio = geometry.ratio();
        int lastRow = Math.min(guideHeight, Math.ceilDiv(bottom, ratio) + halo);
        int from = Math.max(0, left / ratio - halo);
        int to = Math.min(guideWidth, Math.ceilDiv(right, ratio) + halo);
        for (int row = Math.max(0, top / ratio - halo); row < lastRow; row++) {
            runs.add(first + row * guideWidth + from, first + row * guideWidth + to);
        }
    }
}
