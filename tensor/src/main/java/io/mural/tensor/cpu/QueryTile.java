package io.mural.tensor.cpu;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.AttentionLayout.Run;
import java.util.ArrayList;
import java.util.List;

/**
 * Queries {@code from} to {@code to} that one task computes for one head, and the keys they see between them.
 * {@code limits} is null where every query sees all keys; otherwise query i sees the first {@code limits[i]} of them.
 */
record QueryTile(int from, int to, List<Run> runs, int keys, int[] limits) {
    /** More queries than this hardly spread the cost of laying out keys and values further. */
    static final int LARGEST = 1056;
    /** Fewer queries than this do not pay for it. */
    private static final int SMALLEST = 132;
    /** Tiles of all heads together that keep the threads busy, where there are enough queries. */
    private static final int TILES = 32;

    /** Keys {@code key} to {@code key + count} stand at {@code at} of those asked for. */
    @FunctionalInterface
    interface Piece {
        void run(int key, int at, int count);
    }

    /** The pieces of runs that make up the keys {@code from} to {@code from + count} counted along the runs. */
    void forEachRun(int from, int count, Piece piece) {
        int start = 0;
        for (int r = 0; start < from + count; r++) {
            var run = runs.get(r);
            int first = Math.max(from, start);
            int end = Math.min(from + count, start + run.size());
            if (first < end) {
                piece.run(run.from() + first - start, first - from, end - first);
            }
            start += run.size();
        }
    }

    int queries() {
        return to - from;
    }

    /** How many of the tile's keys query {@code i} (counted from the tile's first) sees. */
    int limit(int i) {
        return limits == null ? keys : limits[i];
    }

    /** The tiles of a layout for each of so many heads: cut by the shape alone. */
    static List<QueryTile> of(AttentionLayout layout, int heads) {
        int most = Math.clamp((long) layout.queries() * heads / TILES, SMALLEST, LARGEST);
        var tiles = new ArrayList<QueryTile>();
        var blocks = layout.blocks();
        for (int i = 0; i < blocks.size(); ) {
            int end = growingFrom(blocks, i, most);
            if (end > i + 1) {
                tiles.add(growing(blocks.subList(i, end)));
                i = end;
            } else {
                cut(blocks.get(i), most, tiles);
                i++;
            }
        }
        return tiles;
    }

    /** A block in pieces of about one size. */
    private static void cut(Block block, int most, List<QueryTile> tiles) {
        int pieces = (block.queries() + most - 1) / most;
        for (int p = 0; p < pieces; p++) {
            int from = block.from() + (int) ((long) block.queries() * p / pieces);
            int to = block.from() + (int) ((long) block.queries() * (p + 1) / pieces);
            tiles.add(new QueryTile(from, to, block.runs(), block.keys(), null));
        }
    }

    /**
     * The end of the longest row of blocks from {@code start} on that fits in a tile and in which every block has a
     * single run, beginning with the same key and no shorter than the one before: causal attention.
     */
    private static int growingFrom(List<Block> blocks, int start, int most) {
        var first = blocks.get(start);
        int end = start + 1;
        if (first.runs().size() > 1) {
            return end;
        }
        int last = first.runs().getFirst().to();
        while (end < blocks.size()) {
            var block = blocks.get(end);
            var run = block.runs().getFirst();
            boolean grows = block.runs().size() == 1
                    && run.from() == first.runs().getFirst().from()
                    && run.to() >= last;
            if (!grows || block.to() - first.from() > most) {
                break;
            }
            last = run.to();
            end++;
        }
        return end;
    }

    private static QueryTile growing(List<Block> blocks) {
        int from = blocks.getFirst().from();
        int to = blocks.getLast().to();
        var limits = new int[to - from];
        for (var block : blocks) {
            for (int i = block.from(); i < block.to(); i++) {
                limits[i - from] = block.keys();
            }
        }
        return new QueryTile(from, to, blocks.getLast().runs(), blocks.getLast().keys(), limits);
    }
}
