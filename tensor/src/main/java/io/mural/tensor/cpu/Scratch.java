package io.mural.tensor.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Memory of one worker, kept from call to call and grown to what the largest call needed. Every array belongs to
 * whoever runs as that worker and only until its task ends.
 */
final class Scratch {
    /** A group of rows of the left operand, side by side. */
    final float[] a = new float[Gemm.GROUP * MicroKernel.KC];
    /** A square of ints to transpose. */
    final int[] block = new int[Lanes.LANES * Lanes.LANES];
    /** Another, which the stages of transposing take turns with. */
    final int[] spare = new int[Lanes.LANES * Lanes.LANES];
    /** A vector for every element of an int. */
    final float[] last = new float[4 * Lanes.LANES];
    /** One vector's lanes. */
    final float[] lanes = new float[Lanes.LANES];

    /** Panels of the right operand. */
    float[] b = {};
    /** Sums of a product. */
    float[] c = {};
    /** Rows before they are transposed, or elements before they are computed on. */
    float[] rows = {};
    /** A second such array. */
    float[] more = {};
    /** Bias or gain of the columns at hand. */
    float[] bias = {};

    /** Rows of weights before they are transposed. */
    int[] ints = {};

    /** Panels of the right operand in a shorter format, or a row of the left one. */
    int[] tile = {};

    /** Bytes of a file as they are, and the same memory as a segment. */
    int[] raw = {};

    /** What multiplies the codes of block formats, and what is added. */
    final BlockReading.Groups groups = new BlockReading.Groups();

    MemorySegment rawBytes = MemorySegment.ofArray(raw);

    float[] b(int size) {
        return b = grown(b, size);
    }

    float[] c(int size) {
        return c = grown(c, size);
    }

    float[] rows(int size) {
        return rows = grown(rows, size);
    }

    float[] more(int size) {
        return more = grown(more, size);
    }

    float[] bias(int size) {
        return bias = grown(bias, size);
    }

    int[] ints(int size) {
        if (ints.length < size) {
            ints = new int[size];
        }
        return ints;
    }

    int[] tile(int size) {
        if (tile.length < size) {
            tile = new int[size];
        }
        return tile;
    }

    int[] raw(int ints) {
        if (raw.length < ints) {
            raw = new int[ints];
            rawBytes = MemorySegment.ofArray(raw);
        }
        return raw;
    }

    static float[] grown(float[] array, int size) {
        return array.length < size ? new float[size] : array;
    }
}
