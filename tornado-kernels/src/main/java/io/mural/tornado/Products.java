package io.mural.tornado;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Matrix products, by the Java kernel or by cuBLAS. Where the faster is to be found, the first product of a size is made
 * by both on its own operands, several times, and cuBLAS's result is held against the kernel's.
 */
final class Products {
    /** More rows change the times of both alike. */
    private static final int MEASURED_ROWS = 1024;

    /** Rounding x and the result to bfloat16 costs about 2^-9 of the result's size; a wrong place costs all of it. */
    private static final double MOST_DEVIATION = 0x1p-5;

    private final Recorder recorder;
    private final Grids grids;
    private final LibraryUse use;
    private final Optional<LibraryProducts> library;
    private final Scratch scratch;
    private final Consumer<String> notices;
    private final Consumer<String> details;

    /**
     * @param notices told of decisions that a user should know
     * @param details told of every measurement
     */
    Products(
            Recorder recorder,
            Grids grids,
            LibraryUse use,
            Scratch scratch,
            Consumer<String> notices,
            Consumer<String> details) {
        this.recorder = recorder;
        this.grids = grids;
        this.use = use;
        this.scratch = scratch;
        this.notices = notices;
        this.details = details;
        library = switch (use) {
            case LibraryUse.CuBlas settings -> Optional.of(new LibraryProducts(recorder, grids, settings.staging()));
            case LibraryUse.None none -> Optional.empty();
        };
    }

    void record(Product product) {
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

    private boolean measure(Product product, LibraryUse.Size size, LongSupplier clock, LibraryProducts library) {
        recorder.flush(); // x has its values afterwards
        var out = scratch.take(size.rows(), size.columns());
        var plain = new Product(out, product.x().rows(0, size.rows()), product.weight(), Optional.empty(), 0, 1, 0);
        var trial = new Trial(recorder, grids, clock, out);
        long kernel = trial.time(() -> byKernel(plain));
        var right = trial.sample();
        long theirs = trial.time(() -> library.record(plain));
        double deviation = Trial.deviation(right, trial.sample());
        scratch.giveBack(out);
        var what = "[%d, %d] x [%2$d, %d]".formatted(size.rows(), size.in(), size.columns());
        if (!(deviation <= MOST_DEVIATION)) {
            notices.accept("products of %s: cuBLAS is %.1e off the Java kernel, which is used instead"
                    .formatted(what, deviation));
            return false;
        }
        boolean wins = theirs < kernel;
        details.accept("products of %s: cuBLAS %.3f ms, %.1e off the Java kernel, which takes %.3f ms; %s is used"
                .formatted(what, theirs / 1e6, deviation, kernel / 1e6, wins ? "cuBLAS" : "the kernel"));
        return wins;
    }
}
