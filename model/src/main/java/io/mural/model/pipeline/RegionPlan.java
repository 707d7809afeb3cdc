package io.mural.model.pipeline;

import io.mural.model.edit.Cover;
import io.mural.model.edit.Feather;
import io.mural.model.edit.LatentMask;
import io.mural.model.edit.Region;
import io.mural.model.hierarchical.RegionOrder;
import io.mural.model.request.Grid;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.Pyramid.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What of a level is computed when a part of the picture changes.
 *
 * @param cover the mask in the level's size
 * @param order the windows that meet it, with their halo
 * @param rectangles of tokens that hold them, each for windows that hang together
 * @param owner for each token of {@code order} its rectangle
 */
public record RegionPlan(Level level, Cover cover, RegionOrder order, List<Region> rectangles, int[] owner) {
    private static final int NONE = -1;
    private static final int[] NEXT_ROW = {-1, 1, 0, 0};
    private static final int[] NEXT_COLUMN = {0, 0, -1, 1};

    public static RegionPlan of(Level level, Cover cover, HierarchicalSettings settings) {
        var grid = level.grid();
        int side = grid.tokenPixels();
        var geometry = settings.geometry();
        var order = new RegionOrder(
                grid.height(),
                grid.width(),
                geometry.window(),
                geometry.halo(),
                (row, column) -> cover.paints(column * side, row * side, (column + 1) * side, (row + 1) * side));
        int[] owner = new int[order.tokens()];
        Arrays.fill(owner, NONE);
        var rectangles = new ArrayList<Region>();
        for (int i = 0; i < owner.length; i++) {
            if (owner[i] == NONE) {
                rectangles.add(flood(order, i, rectangles.size(), owner));
            }
        }
        return new RegionPlan(level, cover, order, rectangles, owner);
    }

    /** Marks all tokens that hang together with one; gives the rectangle around them. */
    private static Region flood(RegionOrder order, int start, int mark, int... owner) {
        int left = order.width();
        int right = 0;
        int top = order.height();
        int bottom = 0;
        var open = new ArrayDeque<Integer>(List.of(start));
        owner[start] = mark;
        while (!open.isEmpty()) {
            int token = open.pop();
            int row = order.row(token);
            int column = order.column(token);
            left = Math.min(left, column);
            right = Math.max(right, column + 1);
            top = Math.min(top, row);
            bottom = Math.max(bottom, row + 1);
            for (int side = 0; side < 4; side++) {
                int y = row + NEXT_ROW[side];
                int x = column + NEXT_COLUMN[side];
                if (y >= 0 && x >= 0 && y < order.height() && x < order.width()) {
                    int next = order.position(y, x);
                    if (next >= 0 && owner[next] == NONE) {
                        owner[next] = mark;
                        open.push(next);
                    }
                }
            }
        }
        return new Region(left, top, right - left, bottom - top);
    }

    /** A rectangle in pixels. */
    Region pixels(int rectangle) {
        int side = level.grid().tokenPixels();
        var tokens = rectangles.get(rectangle);
        return new Region(tokens.left() * side, tokens.top() * side, tokens.width() * side, tokens.height() * side);
    }

    /** The grid of a rectangle. */
    Grid grid(int rectangle) {
        return level.grid()
                .resized(
                        rectangles.get(rectangle).height(),
                        rectangles.get(rectangle).width());
    }

    /** The number of a token within its rectangle, in raster order. */
    int within(int token) {
        var rectangle = rectangles.get(owner[token]);
        return (order.row(token) - rectangle.top()) * rectangle.width() + order.column(token) - rectangle.left();
    }

    /**
     * The latent pixels that are painted anew, packed as the tokens of {@link #order} are.
     *
     * @param fade pixels over which painting begins later and later, from the mask's border inwards
     */
    LatentMask mask(int features, int fade) {
        int cell = level.grid().tokenPixels() / 2;
        var mask = new float[order.tokens() * features];
        var strengths = new float[mask.length];
        var strength = new ArrayList<float[]>();
        for (int r = 0; r < rectangles.size(); r++) {
            var part = cover.part(pixels(r));
            strength.add(Feather.cells(part, fade, cell));
        }
        for (int token = 0; token < order.tokens(); token++) {
            for (int part = 0; part < 4; part++) {
                int x = order.column(token) * 2 * cell + part % 2 * cell;
                int y = order.row(token) * 2 * cell + part / 2 * cell;
                if (cover.paints(x, y, x + cell, y + cell)) {
                    for (int feature = part; feature < features; feature += 4) {
                        mask[token * features + feature] = 1;
                        strengths[token * features + feature] = strength.get(owner[token])[cell(token, part)];
                    }
                }
            }
        }
        return fade == 0 ? new LatentMask(mask) : new LatentMask(mask, strengths);
    }

    /** The number of a latent pixel of a token within its rectangle, in raster order. */
    private int cell(int token, int part) {
        var rectangle = rectangles.get(owner[token]);
        int row = 2 * (order.row(token) - rectangle.top()) + part / 2;
        return row * 2 * rectangle.width() + 2 * (order.column(token) - rectangle.left()) + part % 2;
    }

    /** The part of the level's tokens that go through the transformer, 0 to 1. */
    public double share() {
        return (double) order.tokens() / level.grid().tokens();
    }
}
