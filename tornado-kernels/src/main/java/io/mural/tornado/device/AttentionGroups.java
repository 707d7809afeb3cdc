package io.mural.tornado.device;

import io.mural.tensor.AttentionLayout.Block;
import io.mural.tornado.kernels.StagingKernels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The blocks of a layout by their numbers of queries and keys: blocks alike are one batch to cuDNN. What a batch gathers
 * stands in {@code values} as pieces of rows that follow each other: first row, number of rows, block of the group, row of
 * the block.
 *
 * @param rest blocks that are the kernel's: too small, too large, or of sizes of which there are too many
 */
public record AttentionGroups(List<Group> groups, List<Block> rest, float[] values) {
    /** cuDNN makes a plan for every size. */
    public static final int MOST_GROUPS = 16;
    /** Fewer queries leave tensor cores idle. */
    static final int LEAST_QUERIES = 16;
    /** A work-group's. */
    private static final int PIECE = 64;

    /** What makes blocks alike. */
    public record Size(int queries, int keys) {}

    /**
     * Blocks alike.
     *
     * @param queryPieces where the pieces of each block's queries begin in the table, and where the last ones end
     * @param keyPieces the same for keys
     */
    public record Group(Size size, int blocks, int[] queryPieces, int[] keyPieces) {
        public long pairs() {
            return (long) blocks * size.queries() * size.keys();
        }
    }

    /** @param longest most queries or keys of a block */
    public static AttentionGroups of(List<Block> blocks, int longest) {
        var alike = new LinkedHashMap<Size, List<Block>>();
        for (var block : blocks) {
            alike.computeIfAbsent(new Size(block.queries(), block.keys()), size -> new ArrayList<>())
                    .add(block);
        }
        var chosen = alike.entrySet().stream()
                .filter(entry -> entry.getKey().queries() >= LEAST_QUERIES
                        && Math.max(entry.getKey().queries(), entry.getKey().keys()) <= longest)
                .sorted(Comparator.comparingLong(entry -> -(long) entry.getKey().queries()
                        * entry.getKey().keys()
                        * entry.getValue().size()))
                .limit(MOST_GROUPS)
                .toList();
        var pieces = new ArrayList<int[]>();
        var groups = chosen.stream()
                .map(entry -> new Group(
                        entry.getKey(),
                        entry.getValue().size(),
                        queryPieces(entry.getValue(), pieces),
                        keyPieces(entry.getValue(), pieces)))
                .toList();
        chosen.forEach(entry -> alike.remove(entry.getKey()));
        var rest = alike.values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingInt(Block::from))
                .toList();
        return new AttentionGroups(groups, rest, values(pieces));
    }

    /** Pairs of queries and keys that are cuDNN's. */
    public long pairs() {
        return groups.stream().mapToLong(Group::pairs).sum();
    }

    private static int[] queryPieces(List<Block> blocks, List<int[]> pieces) {
        var begins = new int[blocks.size() + 1];
        for (int i = 0; i < blocks.size(); i++) {
            begins[i] = pieces.size();
            cut(blocks.get(i).from(), blocks.get(i).to(), i, 0, pieces);
        }
        begins[blocks.size()] = pieces.size();
        return begins;
    }

    private static int[] keyPieces(List<Block> blocks, List<int[]> pieces) {
        var begins = new int[blocks.size() + 1];
        for (int i = 0; i < blocks.size(); i++) {
            begins[i] = pieces.size();
            int row = 0;
            for (var run : blocks.get(i).runs()) {
                cut(run.from(), run.to(), i, row, pieces);
                row += run.size();
            }
        }
        begins[blocks.size()] = pieces.size();
        return begins;
    }

    private static void cut(int from, int to, int block, int row, List<int[]> pieces) {
        for (int start = from; start < to; start += PIECE) {
            pieces.add(new int[] {start, Math.min(PIECE, to - start), block, row + start - from});
        }
    }

    private static float[] values(List<int[]> pieces) {
        var values = new float[pieces.size() * StagingKernels.GROUP_FIELDS];
        for (int i = 0; i < values.length; i++) {
            values[i] = pieces.get(i / StagingKernels.GROUP_FIELDS)[i % StagingKernels.GROUP_FIELDS];
        }
        return values;
    }
}
