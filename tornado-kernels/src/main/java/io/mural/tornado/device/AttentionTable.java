package io.mural.tornado.device;

import io.mural.tensor.AttentionLayout.Block;
import io.mural.tornado.kernels.AttentionKernels;
import java.util.ArrayList;
import java.util.List;

/**
 * An {@link io.mural.tensor.AttentionLayout} as numbers for a kernel: tiles of queries (first query, number of queries, place of the
 * runs, number of runs), the runs of keys, and for every query the end of the keys it sees. Neighbouring blocks share a
 * tile where all but the end of the last run agrees (causal layouts).
 *
 * @param values all of it; float32 holds whole numbers up to 2^24
 * @param limits where the queries' ends begin
 */
public record AttentionTable(float[] values, int tiles, int limits) {
    /** Queries and keys: their numbers are float32. */
    public static final int LARGEST = 1 << 24;

    private record Tile(int from, int to, Block block) {}

    /**
     * @param blocks of a layout, all or some
     * @param most queries of a tile
     */
    static AttentionTable of(List<Block> blocks, int most) {
        int queries = blocks.getLast().to();
        int keys = 0;
        for (var block : blocks) {
            keys = Math.max(keys, block.runs().getLast().to());
        }
        if (queries > LARGEST || keys > LARGEST) {
            throw new IllegalArgumentException(
                    "attention over " + queries + " queries and " + keys + " keys; a device takes up to " + LARGEST);
        }
        var tiles = tiles(blocks, most);
        int runs = 0;
        for (var tile : tiles) {
            runs += tile.block().runs().size();
        }
        int limits = tiles.size() * AttentionKernels.TILE_FIELDS + 2 * runs;
        var values = new float[limits + queries];
        int run = tiles.size() * AttentionKernels.TILE_FIELDS;
        for (int i = 0; i < tiles.size(); i++) {
            var tile = tiles.get(i);
            values[i * AttentionKernels.TILE_FIELDS] = tile.from();
            values[i * AttentionKernels.TILE_FIELDS + 1] = tile.to() - tile.from();
            values[i * AttentionKernels.TILE_FIELDS + 2] = run;
            values[i * AttentionKernels.TILE_FIELDS + 3] = tile.block().runs().size();
            for (var each : tile.block().runs()) {
                values[run++] = each.from();
                values[run++] = each.to();
            }
        }
        for (var block : blocks) {
            for (int query = block.from(); query < block.to(); query++) {
                values[limits + query] = block.runs().getLast().to();
            }
        }
        return new AttentionTable(values, tiles.size(), limits);
    }

    /** Each with the block whose runs reach furthest, its last. */
    private static List<Tile> tiles(List<Block> blocks, int most) {
        var tiles = new ArrayList<Tile>();
        int i = 0;
        while (i < blocks.size()) {
            var block = blocks.get(i++);
            if (block.queries() >= most) {
                for (int from = block.from(); from < block.to(); from += most) {
                    tiles.add(new Tile(from, Math.min(block.to(), from + most), block));
                }
                continue;
            }
            var last = block;
            while (i < blocks.size() && blocks.get(i).to() - block.from() <= most && grows(last, blocks.get(i))) {
                last = blocks.get(i++);
            }
            tiles.add(new Tile(block.from(), last.to(), last));
        }
        return tiles;
    }

    /** Whether {@code next} follows {@code block} and sees what that sees and, at the end of the last run, perhaps more. */
    private static boolean grows(Block block, Block next) {
        int last = block.runs().size() - 1;
        return next.from() == block.to()
                && next.runs().size() == block.runs().size()
                && next.runs().subList(0, last).equals(block.runs().subList(0, last))
                && next.runs().get(last).from() == block.runs().get(last).from()
                && next.runs().get(last).to() >= block.runs().get(last).to();
    }
}
