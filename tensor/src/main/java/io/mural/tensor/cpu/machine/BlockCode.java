package io.mural.tensor.cpu.machine;

import static io.mural.tensor.asm.Instruction.VBROADCASTSS;
import static io.mural.tensor.asm.Instruction.VCVTDQ2PS;
import static io.mural.tensor.asm.Instruction.VFMADD231PS;
import static io.mural.tensor.asm.Instruction.VMOVUPS;
import static io.mural.tensor.asm.Instruction.VMULPS;
import static io.mural.tensor.asm.Instruction.VPADDD;
import static io.mural.tensor.asm.Instruction.VPBROADCASTD;
import static io.mural.tensor.asm.Instruction.VPDPBUSD;
import static io.mural.tensor.asm.Instruction.VPMADDWD;
import static io.mural.tensor.asm.Instruction.VPXORD;

/**
 * {@link CodeBlocks}: whole sums of a block stay in registers; float32 sums stay in memory, in the first-level cache.
 *
 * <pre>
 * for each block of k:
 *     whole[r][v] = correction[r], or 0
 *     for each int i of the block: whole[r][v] += products of the codes of a[r][i] and b[i][v]
 *     c[r][v] += float(whole[r][v]) * scale of a[r] * scales of b[v]
 * </pre>
 */
abstract class BlockCode extends TileCode {
    private final CodeBlocks format;

    BlockCode(CodeBlocks format, int rows, int vectors, int bits) {
        super(rows, vectors, bits);
        this.format = format;
    }

    /** Sets the whole sums of a row to what a block begins with. */
    abstract void start(int r);

    /** Adds the products of an int of a row, which {@link #load} brought, and the vectors of the panel. */
    abstract void multiply(int r);

    /** Four codes at a time with AVX512_VNNI. */
    static final class OfBytes extends BlockCode {
        static final int ROWS = 6;

        OfBytes(int vectors) {
            super(CodeBlocks.BYTES, ROWS, vectors, 512);
        }

        @Override
        void start(int r) {
            op(VPBROADCASTD, sum(r, 0), left(r, Integer.BYTES * (CodeBlocks.BYTES.ints + 1)));
            for (int v = 1; v < vectors; v++) {
                op(VMOVUPS, sum(r, v), sum(r, 0));
            }
        }

        @Override
        void multiply(int r) {
            for (int v = 0; v < vectors; v++) {
                op(VPDPBUSD, sum(r, v), right(v), spare(r % 4));
            }
        }

        @Override
        void load(int r, int displacement) {
            op(VPBROADCASTD, spare(r % 4), left(r, displacement));
        }
    }

    /** Two codes at a time with AVX2. */
    static final class OfWords extends BlockCode {
        static final int ROWS = 4;

        OfWords(int vectors) {
            super(CodeBlocks.WORDS, ROWS, vectors, 256);
        }

        @Override
        void start(int r) {
            for (int v = 0; v < vectors; v++) {
                op(VPXORD, sum(r, v), sum(r, v), sum(r, v));
            }
        }

        @Override
        void multiply(int r) {
            for (int v = 0; v < vectors; v++) {
                var products = spare(2 + v);
                op(VPMADDWD, products, spare(r % 2), right(v));
                op(VPADDD, sum(r, v), sum(r, v), products);
            }
        }

        @Override
        void load(int r, int displacement) {
            op(VPBROADCASTD, spare(r % 2), left(r, displacement));
        }
    }

    /** Brings an int of a row to all lanes of the register that {@link #multiply} takes it from. */
    abstract void load(int r, int displacement);

    @Override
    int stepOfA() {
        return Integer.BYTES * format.rowInts;
    }

    @Override
    int stepOfB() {
        return format.columnInts() * vectors * bytes();
    }

    @Override
    void begin() {}

    @Override
    void step() {
        for (int r = 0; r < rows; r++) {
            start(r);
        }
        for (int i = 0; i < format.ints; i++) {
            loadPanel(i);
            for (int r = 0; r < rows; r++) {
                load(r, Integer.BYTES * i);
                multiply(r);
            }
        }
        loadPanel(format.ints);
        for (int r = 0; r < rows; r++) {
            addScaled(r);
        }
    }

    private void loadPanel(int i) {
        for (int v = 0; v < vectors; v++) {
            op(VMOVUPS, right(v), ofPanel(i * vectors + v));
        }
    }

    private void addScaled(int r) {
        var scale = spare(0);
        op(VBROADCASTSS, scale, left(r, Integer.BYTES * format.ints));
        for (int v = 0; v < vectors; v++) {
            var total = spare(1 + v % 2);
            op(VCVTDQ2PS, sum(r, v), sum(r, v));
            op(VMULPS, sum(r, v), sum(r, v), scale);
            op(VMOVUPS, total, ofSums(r, v));
            op(VFMADD231PS, total, sum(r, v), right(v));
            op(VMOVUPS, ofSums(r, v), total);
        }
    }

    @Override
    void end() {}
}
