package io.mural.tornado.library;

import io.mural.tornado.device.Grids;
import io.mural.tornado.device.Recorder;
import io.mural.tornado.device.Slab;
import io.mural.tornado.device.Storage;
import io.mural.tornado.kernels.Kernel;

/**
 * Products by cuBLAS. It takes whole arrays of bfloat16, so x is rounded to one and weights are copied to another; the
 * result comes from a third, where bias, activation and what was there before are added in float32. Products that are
 * larger than these arrays are made in parts of rows and columns (docs/decisions/0013).
 */
final class LibraryProducts {
    /** Tensor cores like whole tiles. */
    private static final int MULTIPLE = 128;

    private final Recorder recorder;
    private final Grids grids;
    private final int staging;
    private Slab w;
    private Slab x;
    private Slab y;

    /** @param staging elements of each array */
    LibraryProducts(Recorder recorder, Grids grids, int staging) {
        this.recorder = recorder;
        this.grids = grids;
        this.staging = staging;
    }

    /** Whether a row of x and one of the weight have room. */
    boolean takes(Product product) {
        return product.in() <= staging;
    }

    void record(Product product) {
        if (w == null) {
            w = recorder.staging(Storage.BF16, staging);
            x = recorder.staging(Storage.BF16, staging);
            y = recorder.staging(Storage.BF16, staging);
        }
        int columns = part(product.columns(), staging / product.in());
        int rows = part(product.rows(), Math.min(staging / product.in(), staging / columns));
        for (int row = 0; row < product.rows(); row += rows) {
            int endRow = Math.min(product.rows(), row + rows);
            var source = product.x().rows(row, endRow);
            recorder.launch(Kernel.TO_BF16)
                    .ints(source.rows(), source.cols())
                    .writes(x)
                    .ints(0, source.cols())
                    .in(source)
                    .run(grids.elements(source));
            for (int column = 0; column < product.columns(); column += columns) {
                part(product, row, endRow, column, Math.min(product.columns(), column + columns));
            }
        }
    }

    /** Equal parts of at most {@code most}, of whole tiles if there is room for some. */
    private static int part(int length, int most) {
        if (length <= most) {
            return length;
        }
        int even = Math.ceilDiv(length, Math.ceilDiv(length, most));
        int tiled = Math.ceilDiv(even, MULTIPLE) * MULTIPLE;
        return tiled <= most ? tiled : even;
    }

    private void part(Product product, int row, int endRow, int column, int endColumn) {
        int in = product.in();
        int columns = endColumn - column;
        recorder.launch(Kernel.COPY_BF16)
                .ints(1, columns * in)
                .writes(w)
                .ints(0, columns * in)
                .weight(product.weight(), 1, Math.multiplyExact(column, in))
                .run(grids.elements((long) columns * in));
        recorder.launch(Kernel.CUBLAS_BF16)
                .ints(endRow - row, in, columns)
                .reads(w)
                .reads(x)
                .writes(y)
                .run(new Grids.Size(1, 1));
        var target = product.out().rows(row, endRow).columns(column, endColumn);
        recorder.launch(Kernel.FROM_BF16)
                .ints(target.rows(), target.cols())
                .out(target)
                .reads(y)
                .vector(product.bias(), column)
                .ints(product.activation())
                .floats(product.alpha(), product.beta())
                .run(grids.elements(target));
    }
}
