package io.mural.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Who attends to whom, without a mask: query blocks, in order and without gaps, each with the runs of keys that all
 * its queries see. Dense attention is one block with one run; memory grows with the number of runs, work with
 * {@link #pairs()}.
 */
public final class AttentionLayout {
    /** Keys {@code from} (inclusive) to {@code to} (exclusive). */
    public record Run(int from, int to) {
        public Run {
            if (from < 0 || to <= from) {
                throw new IllegalArgumentException("a run of keys from " + from + " to " + to);
            }
        }

        public int size() {
            return to - from;
        }
    }

    /** Queries {@code from} (inclusive) to {@code to} (exclusive) with the keys they see, ascending and disjoint. */
    public record Block(int from, int to, List<Run> runs) {
        public Block {
            runs = List.copyOf(runs);
            if (from < 0 || to <= from || runs.isEmpty()) {
                throw new IllegalArgumentException("queries " + from + " to " + to + " with runs " + runs);
            }
            for (int i = 1; i < runs.size(); i++) {
                if (runs.get(i).from() < runs.get(i - 1).to()) {
                    throw new IllegalArgumentException("runs of keys must ascend and not overlap: " + runs);
                }
            }
        }

        public int queries() {
            return to - from;
        }

        /** Number of keys each query of the block sees. */
        public int keys() {
            int keys = 0;
            for (var run : runs) {
                keys += run.size();
            }
            return keys;
        }
    }

    private final List<Block> blocks;
    private final int keys;

    private AttentionLayout(List<Block> blocks, int keys) {
        this.blocks = List.copyOf(blocks);
        this.keys = keys;
        int next = 0;
        for (var block : blocks) {
            if (block.from() != next) {
                throw new IllegalArgumentException(
                        "query blocks must follow each other; expected one at " + next + " but found " + block.from());
            }
            next = block.to();
            if (block.runs().getLast().to() > keys) {
                throw new IllegalArgumentException("a run ends beyond the " + keys + " keys: " + block.runs());
            }
        }
    }

    /** A layout of the given blocks over {@code keys} keys. */
    public static AttentionLayout of(int keys, List<Block> blocks) {
        return new AttentionLayout(blocks, keys);
    }

    /** Every query sees every key. */
    public static AttentionLayout dense(int queries, int keys) {
        return of(keys, List.of(new Block(0, queries, List.of(new Run(0, keys)))));
    }

    /** Token n sees tokens 0 to n. */
    public static AttentionLayout causal(int tokens) {
        return causal(tokens, tokens);
    }

    /** Token n sees tokens 0 to n, but none sees the padding from {@code used} on. */
    public static AttentionLayout causal(int tokens, int used) {
        var blocks = new ArrayList<Block>(used + 1);
        for (int n = 0; n < used; n++) {
            blocks.add(new Block(n, n + 1, List.of(new Run(0, n + 1))));
        }
        if (used < tokens) {
            blocks.add(new Block(used, tokens, List.of(new Run(0, used))));
        }
        return of(tokens, blocks);
    }

    /** The layout of the queries {@code from} (inclusive) to {@code to} (exclusive) alone, over the same keys. */
    public AttentionLayout queries(int from, int to) {
        if (from == 0 && to == queries()) {
            return this;
        }
        if (from < 0 || to <= from || to > queries()) {
            throw new IndexOutOfBoundsException("queries " + from + " to " + to + " of " + queries());
        }
        var kept = new ArrayList<Block>();
        for (var block : blocks) {
            if (block.to() > from && block.from() < to) {
                kept.add(new Block(Math.max(block.from(), from) - from, Math.min(block.to(), to) - from, block.runs()));
            }
        }
        return of(keys, kept);
    }

    public List<Block> blocks() {
        return blocks;
    }

    public int queries() {
        return blocks.getLast().to();
    }

    public int keys() {
        return keys;
    }

    /** Number of (query, key) pairs that attend: the work. */
    public long pairs() {
        long pairs = 0;
        for (var block : blocks) {
            pairs += (long) block.queries() * block.keys();
        }
        return pairs;
    }
}
