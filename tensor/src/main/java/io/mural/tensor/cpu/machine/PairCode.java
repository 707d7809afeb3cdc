package io.mural.tensor.cpu.machine;

import static io.mural.tensor.asm.Gpr.R10;
import static io.mural.tensor.asm.Instruction.VDPBF16PS;
import static io.mural.tensor.asm.Instruction.VMOVUPS;
import static io.mural.tensor.asm.Instruction.VPBROADCASTD;
import static io.mural.tensor.asm.Memory.at;

/**
 * {@link Pairs} with AVX512_BF16: six rows by up to four vectors of sums stay in registers while k runs.
 *
 * <pre>
 * for each pair of k:
 *     for each row r, each vector v: sum[r][v] += a[r].first * b[v].first + a[r].second * b[v].second
 * </pre>
 */
final class PairCode extends TileCode {
    static final int ROWS = 6;
    /** How far ahead the panel is asked for, in bytes. */
    private static final int AHEAD = 1024;

    PairCode(int vectors) {
        super(ROWS, vectors, 512);
    }

    @Override
    int stepOfA() {
        return Integer.BYTES;
    }

    @Override
    int stepOfB() {
        return vectors * bytes();
    }

    @Override
    void begin() {
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                op(VMOVUPS, sum(r, v), ofSums(r, v));
            }
        }
    }

    @Override
    void step() {
        for (int v = 0; v < vectors; v++) {
            op(VMOVUPS, right(v), ofPanel(v));
            asm.prefetch(at(R10, AHEAD + v * bytes()));
        }
        for (int r = 0; r < rows; r++) {
            var pair = spare(r % 4);
            op(VPBROADCASTD, pair, left(r, 0));
            for (int v = 0; v < vectors; v++) {
                op(VDPBF16PS, sum(r, v), pair, right(v));
            }
        }
    }

    @Override
    void end() {
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                op(VMOVUPS, ofSums(r, v), sum(r, v));
            }
        }
    }
}
