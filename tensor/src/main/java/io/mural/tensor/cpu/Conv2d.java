package io.mural.tensor.cpu;

import io.mural.tensor.Conv;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import java.util.Arrays;

/**
 * Convolution as a matrix product over patches that are never all in memory: out[pixel, o] = sum over k of
 * patch[pixel, k] w[o, k] with k = (dy, dx, channel). A task owns a tile of output pixels; it copies the part of the
 * picture under the tile, with its border of zeros, and {@link MicroKernel} reads rows of patches in that copy: the
 * elements (dx, channel) of one dy lie side by side, and the patches of neighbouring pixels a stride apart.
 */
final class Conv2d {
    private static final int TILE_WIDTH = 48;
    /** Pixels whose sums take 480 KiB: they stay in the second-level cache. */
    private static final int LARGEST_TILE = 480;

    private static final int SMALLEST_TILE = 96;
    /** As many tiles as keep the threads of a large machine busy, where the picture is large enough. */
    private static final int TILES = 32;

    private final Threads threads;
    private final Scratch[] scratch;
    private float[] panels = {};

    Conv2d(Threads threads, Scratch[] scratch) {
        this.threads = threads;
        this.scratch = scratch;
    }

    /** What the kernels need to know of one convolution. */
    private record Plan(
            Tensor out,
            Tensor x,
            Conv conv,
            int stride,
            Padding padding,
            boolean added,
            int tileWidth,
            int tileHeight) {
        int height() {
            return out.shape().dim(0);
        }

        int width() {
            return out.shape().dim(1);
        }

        int depth() {
            return conv.in() * conv.kernel() * conv.kernel();
        }
    }

    /** @param added whether the result is added to what {@code out} holds */
    void run(Tensor out, Tensor x, Conv conv, int stride, Padding padding, boolean added) {
        int height = out.shape().dim(0);
        int width = out.shape().dim(1);
        int tileWidth = Math.min(TILE_WIDTH, width);
        int pixels = Math.clamp((long) height * width / TILES, SMALLEST_TILE, LARGEST_TILE);
        int tileHeight = Math.min(height, Math.max(1, pixels / tileWidth));
        var plan = new Plan(out, x, conv, stride, padding, added, tileWidth, tileHeight);
        packWeights(plan);
        int across = (width + tileWidth - 1) / tileWidth;
        int down = (height + tileHeight - 1) / tileHeight;
        threads.run(
                across * down,
                (task, worker) -> tile(plan, task / across * tileHeight, task % across * tileWidth, scratch[worker]));
    }

    // --- weights ----------------------------------------------------------------------------------------------------

    /** All weights as panels: stripe after stripe, in each dy after dy in blocks of {@link MicroKernel#KC}. */
    private void packWeights(Plan plan) {
        int cols = plan.conv().out();
        int groups = MicroKernel.paddedCols(cols) / Lanes.LANES;
        panels = Scratch.grown(panels, groups * Lanes.LANES * plan.depth());
        threads.run(groups, (group, worker) -> packGroup(plan, group * Lanes.LANES, scratch[worker]));
    }

    /** A vector's worth of output channels. */
    private void packGroup(Plan plan, int col, Scratch scratch) {
        var conv = plan.conv();
        int depth = plan.depth();
        int taps = conv.kernel() * conv.kernel();
        int stride = Lanes.up(depth) + Lanes.LANES;
        var rows = scratch.ints(Lanes.LANES * stride);
        var row = scratch.b(depth);
        int present = Math.clamp(conv.out() - col, 0, Lanes.LANES);
        for (int r = 0; r < present; r++) {
            Widening.readInOrder(conv.weight(), col + r, 0, depth, scratch, row, 0);
            for (int tap = 0, to = r * stride; tap < taps; tap++) {
                for (int c = 0; c < conv.in(); c++) {
                    rows[to++] = Float.floatToRawIntBits(row[c * taps + tap]);
                }
            }
        }
        Arrays.fill(rows, present * stride, Lanes.LANES * stride, 0);
        int stripe = col / Gemm.STRIPE * Gemm.STRIPE;
        int cols = Math.min(Gemm.STRIPE, conv.out() - stripe);
        int width = MicroKernel.paddedCols(cols);
        int run = conv.kernel() * conv.in();
        for (int dy = 0; dy < conv.kernel(); dy++) {
            for (int from = 0; from < run; from += MicroKernel.KC) {
                int k = Math.min(MicroKernel.KC, run - from);
                int at = dy * run + from;
                int to = stripe * depth + at * width;
                Panels.place(Panels.FLOATS, rows, at, stride, k, cols, col - stripe, scratch, panels, to);
            }
        }
    }

    // --- tiles ------------------------------------------------------------------------------------------------------

    private void tile(Plan plan, int top, int left, Scratch scratch) {
        int height = Math.min(plan.tileHeight(), plan.height() - top);
        int width = Math.min(plan.tileWidth(), plan.width() - left);
        var conv = plan.conv();
        int patchWidth = (width - 1) * plan.stride() + conv.kernel();
        readPatch(plan, top, left, height, patchWidth, scratch);
        for (int col = 0; col < conv.out(); col += Gemm.STRIPE) {
            stripe(plan, top, left, height, width, patchWidth, col, scratch);
        }
    }

    /** The picture under a tile, to {@code scratch.rows}: [patch height, patchWidth, in], zeros outside the picture. */
    private static void readPatch(Plan plan, int top, int left, int height, int patchWidth, Scratch scratch) {
        int in = plan.conv().in();
        int pictureHeight = plan.x().shape().dim(0);
        int pictureWidth = plan.x().shape().dim(1);
        int patchHeight = (height - 1) * plan.stride() + plan.conv().kernel();
        int y0 = top * plan.stride() - plan.padding().before();
        int x0 = left * plan.stride() - plan.padding().before();
        int before = Math.clamp(-x0, 0, patchWidth);
        int present = Math.clamp(pictureWidth - x0 - before, 0, patchWidth - before);
        // the last group of pixels may reach beyond the tile
        int slack = MicroKernel.ROWS * plan.stride() * in;
        var patch = scratch.rows(patchHeight * patchWidth * in + slack);
        for (int dy = 0; dy < patchHeight; dy++) {
            int y = y0 + dy;
            int to = dy * patchWidth * in;
            if (y < 0 || y >= pictureHeight || present == 0) {
                Arrays.fill(patch, to, to + patchWidth * in, 0);
                continue;
            }
            Arrays.fill(patch, to, to + before * in, 0);
            Blocks.read(plan.x(), y * pictureWidth + x0 + before, present, patch, to + before * in);
            Arrays.fill(patch, to + (before + present) * in, to + patchWidth * in, 0);
        }
    }

    /** Output channels from {@code col} on, for a tile. */
    private void stripe(
            Plan plan, int top, int left, int height, int tileWidth, int patchWidth, int col, Scratch scratch) {
        var conv = plan.conv();
        int cols = Math.min(Gemm.STRIPE, conv.out() - col);
        int width = MicroKernel.paddedCols(cols);
        int run = conv.kernel() * conv.in();
        int step = plan.stride() * conv.in();
        int rowOfSums = (tileWidth + MicroKernel.ROWS - 1) / MicroKernel.ROWS * MicroKernel.ROWS * width;
        var c = scratch.c(height * rowOfSums);
        startWithBias(conv, col, cols, width, c, height * rowOfSums, scratch);
        for (int dy = 0; dy < conv.kernel(); dy++) {
            for (int from = 0; from < run; from += MicroKernel.KC) {
                int k = Math.min(MicroKernel.KC, run - from);
                int panel = col * plan.depth() + (dy * run + from) * width;
                for (int y = 0; y < height; y++) {
                    int patchRow = (y * plan.stride() + dy) * patchWidth * conv.in() + from;
                    MicroKernel.multiply(
                            tileWidth, k, cols, scratch.rows, patchRow, step, panels, panel, c, y * rowOfSums, width);
                }
            }
        }
        for (int y = 0; y < height; y++) {
            int pixel = (top + y) * plan.width() + left;
            if (plan.added()) {
                addTo(c, y * rowOfSums, plan.out(), pixel, tileWidth, col, cols, width, scratch);
            }
            Blocks.write(plan.out(), pixel, tileWidth, col, cols, c, y * rowOfSums, width);
        }
    }

    /** Adds what {@code out} holds to the sums of a row of a tile. */
    private static void addTo(
            float[] c, int at, Tensor out, int pixel, int pixels, int col, int cols, int width, Scratch scratch) {
        var before = scratch.more(cols);
        for (int i = 0; i < pixels; i++) {
            out.readRow(pixel + i, col, before, 0, cols);
            for (int j = 0; j < cols; j++) {
                c[at + i * width + j] += before[j];
            }
        }
    }

    private static void startWithBias(Conv conv, int col, int cols, int width, float[] c, int size, Scratch scratch) {
        var bias = Gemm.bias(conv.bias(), col, cols, width, scratch);
        System.arraycopy(bias, 0, c, 0, width);
        for (int done = width; done < size; done *= 2) {
            System.arraycopy(c, 0, c, done, Math.min(done, size - done));
        }
    }
}
