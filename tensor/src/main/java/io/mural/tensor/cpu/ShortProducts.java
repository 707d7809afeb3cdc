package io.mural.tensor.cpu;

import io.mural.tensor.Matrix;
import io.mural.tensor.Precision;
import io.mural.tensor.cpu.machine.Kernels;
import java.util.Optional;

/** Which products a precision takes from float32 to shorter formats, so far as there are kernels for them. */
final class ShortProducts {
    private final Precision precision;
    private final Optional<PairLayout> pairs;
    private final Optional<TileGemm> bf16;
    private final Optional<TileGemm> int8;
    private Optional<String> notice;
    private boolean met;

    ShortProducts(Threads threads, Scratch[] scratch, Precision precision, Kernels kernels) {
        this.precision = precision;
        boolean wanted = precision != Precision.F32;
        this.pairs = kernels.pairs().filter(tiles -> wanted).map(PairLayout::new);
        this.bf16 = pairs.map(layout -> new TileGemm(threads, scratch, layout));
        this.int8 = kernels.blocks()
                .filter(tiles -> precision == Precision.INT8)
                .map(tiles -> new TileGemm(threads, scratch, new CodeLayout(tiles)));
        this.notice = kernels.reason()
                .filter(reason -> wanted)
                .map(reason -> "products are in float32: " + reason + "; --precision f32 leaves this notice out");
    }

    /** What multiplies rows by such a weight; empty for float32. */
    Optional<TileGemm> of(Matrix weight) {
        var tiles =
                switch (precision) {
                    case F32 -> Optional.<TileGemm>empty();
                    case INT8 -> int8;
                    case BF16 -> bf16;
                    case AUTO -> bf16.filter(it -> isShort(weight));
                };
        met = tiles.isPresent();
        return tiles;
    }

    /** How attention lays out its operands, where {@link #areMet}; empty for float32. */
    Optional<PairLayout> ofAttention() {
        return pairs;
    }

    /** Whether the last weight was for short products: attention follows the layers that make its operands. */
    boolean areMet() {
        return met;
    }

    /** Whether a weight loses little or nothing by rounding to bfloat16. */
    private static boolean isShort(Matrix weight) {
        return switch (weight) {
            case Matrix.BF16 m -> true;
            case Matrix.F8E4M3 m -> true;
            case Matrix.F8E5M2 m -> true;
            case Matrix.Blocked m -> true;
            case Matrix.F64 m -> false;
            case Matrix.F32 m -> false;
            case Matrix.F16 m -> false;
        };
    }

    /** Why kernels that were wanted are not used, once. */
    Optional<String> takeNotice() {
        var line = notice;
        notice = Optional.empty();
        return line;
    }
}
