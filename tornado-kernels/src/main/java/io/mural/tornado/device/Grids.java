package io.mural.tornado.device;

import io.mural.tensor.Tensor;
import io.mural.tornado.kernels.AttentionKernels;
import io.mural.tornado.kernels.ElementKernels;
import io.mural.tornado.kernels.GemmKernels;
import io.mural.tornado.kernels.NormKernels;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;

/**
 * How many work-groups and work-items each kind of kernel gets. GPUs hide latency with many. A processor runs
 * work-items one after the other in a loop, where barriers within a group cost more than a larger group gains.
 *
 * @param groups most groups of kernels that walk in strides
 * @param rowThreads work-items that share a row
 */
public record Grids(int groups, int rowThreads) {
    private static final int THREADS = 64;
    private static final int ELEMENTS_EACH = 4;

    /**
     * A grid.
     *
     * @param groups work-groups
     * @param threads work-items of each
     */
    public record Size(int groups, int threads) {}

    public static Grids of(TornadoDevice device) {
        return device.getDeviceType() == TornadoDeviceType.GPU ? new Grids(4096, THREADS) : new Grids(16, 4);
    }

    /** For kernels of {@link ElementKernels}. */
    public Size elements(Tensor x) {
        return elements(x.shape().size());
    }

    public Size elements(long count) {
        return new Size((int) Math.min(groups, Math.ceilDiv(count, (long) THREADS * ELEMENTS_EACH)), THREADS);
    }

    /** For kernels of {@link NormKernels} that take a group for a row. */
    public Size rows(int rows) {
        return new Size(Math.min(groups, rows), rowThreads);
    }

    /** For products and convolutions. */
    public Size tiles(int rows, int cols) {
        return new Size(
                Math.multiplyExact(Math.ceilDiv(rows, GemmKernels.TILE), Math.ceilDiv(cols, GemmKernels.TILE)),
                GemmKernels.THREADS);
    }

    public Size attention(int tiles, int heads, int headDim) {
        int parts = Math.ceilDiv(headDim, AttentionKernels.COLUMNS);
        return new Size(Math.multiplyExact(Math.multiplyExact(tiles, heads), parts), AttentionKernels.THREADS);
    }
}
