package io.mural.tensor;

import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.AttentionLayout.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Attention: head sizes, grouped queries, dense, causal and ragged layouts, distance bias, views. */
class AttentionConformanceTest {
    @TestFactory
    Stream<DynamicTest> denseHeads() {
        return Stream.of(2, 8, 13, 24, 32, 64, 80, 128, 260, 512)
                .flatMap(headDim -> compare("head " + headDim, 3, 3, headDim, AttentionLayout.dense(39, 70), false));
    }

    @TestFactory
    Stream<DynamicTest> denseSizes() {
        return Stream.of(
                        new int[] {1, 1},
                        new int[] {1, 300},
                        new int[] {13, 1},
                        new int[] {64, 256},
                        new int[] {67, 257},
                        new int[] {265, 207},
                        new int[] {540, 523})
                .flatMap(s -> compare(s[0] + " x " + s[1], 2, 2, 24, AttentionLayout.dense(s[0], s[1]), false));
    }

    @TestFactory
    Stream<DynamicTest> groupedQueries() {
        return Stream.of(1, 2, 3)
                .flatMap(kvHeads -> compare(kvHeads + " key heads", 6, kvHeads, 32, AttentionLayout.causal(50), false));
    }

    @TestFactory
    Stream<DynamicTest> causal() {
        return Stream.of(1, 2, 77, 263, 600)
                .flatMap(tokens -> compare("causal " + tokens, 2, 2, 16, AttentionLayout.causal(tokens), tokens < 100));
    }

    @TestFactory
    Stream<DynamicTest> distanceBias() {
        return Stream.concat(
                compare("dense with bias", 4, 4, 8, AttentionLayout.dense(31, 31), true),
                compare("ragged with bias", 2, 2, 8, ragged(), true));
    }

    @TestFactory
    Stream<DynamicTest> raggedWindows() {
        return compare("ragged", 2, 2, 40, ragged(), false);
    }

    /** Causal blocks whose runs shrink, jump or start elsewhere: what must not be merged. */
    @TestFactory
    Stream<DynamicTest> almostCausal() {
        var blocks = List.of(
                new Block(0, 3, List.of(new Run(0, 9))),
                new Block(3, 4, List.of(new Run(0, 12))),
                new Block(4, 6, List.of(new Run(0, 5))),
                new Block(6, 9, List.of(new Run(1, 40))),
                new Block(9, 10, List.of(new Run(0, 5), new Run(30, 31))),
                new Block(10, 11, List.of(new Run(0, 41))));
        return compare("almost causal", 2, 2, 24, AttentionLayout.of(41, blocks), true);
    }

    /** Scores that need the largest one taken off, and a first key tile that is far below a later one. */
    @TestFactory
    Stream<DynamicTest> largeScores() {
        var samples = new Samples(3);
        var q = samples.tensor(20, 32);
        var k = samples.tensor(700, 32);
        var v = samples.tensor(700, 32);
        for (int i = 0; i < 20; i++) {
            for (int c = 0; c < 32; c++) {
                q.set(i, c, 12);
            }
        }
        for (int j = 0; j < 700; j++) {
            for (int c = 0; c < 32; c++) {
                k.set(j, c, (j - 350) * 0.02f);
            }
        }
        // scores reach 2700 and neighbours differ by 7.7: 32 products of up to 84 make 35 roundings of 2700
        return Conformance.compare(
                "attention",
                "scores from -2700 to 2700",
                ops -> {
                    var out = ops.empty(20, 32);
                    ops.attention(
                            new AttentionCall(out, q, k, v, 1, 1, AttentionLayout.dense(20, 700), Optional.empty()));
                    return out;
                },
                Conformance.relativeTo(4, 2 * 35 * 2700));
    }

    @TestFactory
    Stream<DynamicTest> columnsOfAFusedTensor() {
        var samples = new Samples(9);
        var qkv = samples.tensor(90, 3 * 48);
        return Conformance.compare(
                "attention",
                "views of a fused tensor",
                ops -> {
                    var wide = ops.empty(90, 100);
                    var layout = AttentionLayout.dense(90, 90);
                    ops.attention(new AttentionCall(
                            wide.columns(40, 88),
                            qkv.columns(0, 48),
                            qkv.columns(48, 96),
                            qkv.columns(96, 144),
                            2,
                            0.2f,
                            layout,
                            Optional.empty()));
                    return wide.columns(40, 88);
                },
                bound(24, 0.2, 90));
    }

    /** Text rows that see all, windows cut off at an edge that see text, themselves and pieces of neighbours. */
    private static AttentionLayout ragged() {
        var blocks = new ArrayList<Block>();
        blocks.add(new Block(0, 17, List.of(new Run(0, 417))));
        for (int from = 17; from < 417; from += 90) {
            int to = Math.min(417, from + 90);
            var runs = new ArrayList<Run>();
            runs.add(new Run(0, 17));
            for (int piece = 20; piece + 5 < from; piece += 37) {
                runs.add(new Run(piece, piece + 5));
            }
            runs.add(new Run(from, to));
            for (int piece = to + 1; piece + 3 < 417; piece += 41) {
                runs.add(new Run(piece, piece + 3));
            }
            blocks.add(new Block(from, to, runs));
        }
        return AttentionLayout.of(417, blocks);
    }

    private static Stream<DynamicTest> compare(
            String sizes, int heads, int kvHeads, int headDim, AttentionLayout layout, boolean biased) {
        var samples = new Samples(headDim);
        var q = samples.tensor(layout.queries(), heads * headDim);
        var k = samples.tensor(layout.keys(), kvHeads * headDim);
        var v = samples.tensor(layout.keys(), kvHeads * headDim);
        var bias = biased
                ? Optional.of(samples.tensor(heads, layout.queries() + layout.keys() - 1))
                : Optional.<Tensor>empty();
        float scale = (float) (1 / Math.sqrt(headDim));
        return Conformance.compare(
                "attention",
                sizes,
                ops -> {
                    var out = ops.empty(layout.queries(), heads * headDim);
                    ops.attention(new AttentionCall(out, q, k, v, heads, scale, layout, bias));
                    return out;
                },
                bound(headDim, scale, layout.keys()));
    }

    /**
     * Operands are normally distributed, below 5 in magnitude. A score is wrong by (4 + 2 sqrt(d)) roundings of
     * scale |q| |k| (about d scale, here 2 d scale), a weight by twice that, and the mix adds (6 + 2 sqrt(n)).
     */
    private static Conformance.Bound bound(int headDim, double scale, int keys) {
        double score = (4 + 2 * Math.sqrt(headDim)) * 2 * headDim * scale + 5;
        return Conformance.relativeTo(5, 2 * score + 6 + 2 * Math.sqrt(keys));
    }
}
