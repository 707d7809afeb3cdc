package io.mural.tornado.library;

import io.mural.tensor.Tensor;
import io.mural.tornado.device.Grids;
import io.mural.tornado.device.LibraryUse;
import io.mural.tornado.device.Recorder;
import io.mural.tornado.device.Trial;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Matrix products, by the Java kernel or by cuBLAS. Where the faster is to be found, the first product of a size is made
 * by both on its own operands, several times, and cuBLAS's result is held against the kernel's.
 */
public final class Products {
    /** More rows change the times of both alike. */
    private static final int MEASURED_ROWS = 1024;

    private final Recorder recorder;
    private final Grids grids;
    private final LibraryUse use;
    private final Optional<LibraryProducts> library;
    private final Trial trial;
    private final Consumer<String> notices;

    /** @param notices told of decisions that a user should know; the same line again and again */
    public Products(Recorder recorder, Grids grids, LibraryUse use, Trial trial, Consumer<String> notices) {
        this.recorder = recorder;
        this.grids = grids;
        this.use = use;
        this.trial = trial;
        this.notices = notices;
        library = switch (use) {
            case LibraryUse.CuBlas settings -> Optional.of(new LibraryProducts(recorder, grids, settings.staging()));
            case LibraryUse.None none -> Optional.empty();
        };
    }

    public void record(Product product) {
        switch (use) {
            case LibraryUse.CuBlas settings -> record(product, settings, library.orElseThrow());
            case LibraryUse.None none -> {
                none.reason().ifPresent(notices);
                byKernel(product);
            }
        }
    }

    private void record(Product product, LibraryUse.CuBlas settings, LibraryProducts theirs) {
        if (theirs.takes(product) && (!settings.measured() || libraryWins(product, settings, theirs))) {
            theirs.record(product);
        } else {
            byKernel(product);
        }
    }

    private void byKernel(Product product) {
        recorder.launch(recorder.storage().gemm())
                .out(product.out())
                .in(product.x())
                .weight(product.weight(), 1)
                .vector(product.bias())
                .ints(product.rows(), product.in(), product.columns(), product.activation())
                .floats(product.alpha(), product.beta())
                .run(grids.tiles(product.rows(), product.columns()));
    }

    private boolean libraryWins(Product product, LibraryUse.CuBlas settings, LibraryProducts theirs) {
        int rows = Math.min(MEASURED_ROWS, product.rows());
        if ((long) rows * product.in() * product.columns() < settings.least()) {
            return false;
        }
        var size = new LibraryUse.Size(rows, product.in(), product.columns());
        var known = settings.wins().get(size);
        if (known == null) {
            known = measure(product, size, settings.clock(), theirs);
            settings.wins().put(size, known);
        }
        return known;
    }

    private boolean measure(Product product, LibraryUse.Size size, LongSupplier clock, LibraryProducts theirs) {
        var x = product.x().rows(0, size.rows());
        return trial.libraryWins(
                new Trial.Ways(
                        "products of [%d, %d] x [%2$d, %d]".formatted(size.rows(), size.in(), size.columns()),
                        "cuBLAS",
                        size.rows(),
                        size.columns(),
                        out -> byKernel(plain(out, x, product)),
                        out -> theirs.record(plain(out, x, product))),
                clock);
    }

    /** Without what comes after the product. */
    private static Product plain(Tensor out, Tensor x, Product product) {
        return new Product(out, x, product.weight(), Optional.empty(), 0, 1, 0);
    }
}
