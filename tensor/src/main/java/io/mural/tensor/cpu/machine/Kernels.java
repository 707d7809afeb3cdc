package io.mural.tensor.cpu.machine;

import io.mural.tensor.asm.MachineCode;
import io.mural.tensor.asm.Processor;
import io.mural.tensor.asm.Processor.Feature;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * The kernels in machine code that this processor can run, each compared with plain loops before it is handed out.
 *
 * @param pairs products of bfloat16
 * @param blocks products of whole numbers
 * @param reason why kernels are missing that the processor could run; empty if none are
 */
public record Kernels(Optional<Tiles> pairs, Optional<Tiles> blocks, Optional<String> reason) {
    /** No machine code at all. */
    public static final Kernels NONE = new Kernels(Optional.empty(), Optional.empty(), Optional.empty());

    private static final FunctionDescriptor SIGNATURE = FunctionDescriptor.ofVoid(
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);

    /** Made on first use; code is kept as long as the process runs. */
    private static final class OfThisProcessor {
        static final Kernels KERNELS = make();

        private static Kernels make() {
            try {
                return Kernels.of(Processor.features());
            } catch (MachineCode.RefusedException e) {
                return new Kernels(Optional.empty(), Optional.empty(), Optional.of(e.getMessage()));
            }
        }
    }

    /** Those of this processor. */
    public static Kernels ofThisProcessor() {
        return OfThisProcessor.KERNELS;
    }

    /** Those for a processor with such features, which this one must have. */
    public static Kernels of(Set<Feature> features) {
        var reasons = new ArrayList<String>();
        var pairs = features.contains(Feature.AVX512_BF16)
                ? checked(plainPairs(), width -> new PairCode(width / 16).write(), "bf16", reasons)
                : Optional.<Tiles>empty();
        Optional<Tiles> blocks = Optional.empty();
        if (features.contains(Feature.AVX512_VNNI)) {
            blocks = checked(
                    plainBlocks(CodeBlocks.BYTES), width -> new BlockCode.OfBytes(width / 16).write(), "int8", reasons);
        } else if (features.contains(Feature.AVX2)) {
            blocks = checked(
                    plainBlocks(CodeBlocks.WORDS), width -> new BlockCode.OfWords(width / 8).write(), "int8", reasons);
        }
        return new Kernels(pairs, blocks, reasons.stream().findFirst());
    }

    /** The kernels of bfloat16 as plain loops. */
    public static Tiles plainPairs() {
        var widths = List.of(64, 32, 16);
        return new Tiles(
                Optional.empty(),
                PairCode.ROWS,
                widths,
                widths.stream()
                        .map(width -> PlainTile.pairs(PairCode.ROWS, width))
                        .toList());
    }

    /** The kernels of blocks as plain loops. */
    public static Tiles plainBlocks(CodeBlocks format) {
        boolean bytes = format == CodeBlocks.BYTES;
        int rows = bytes ? BlockCode.OfBytes.ROWS : BlockCode.OfWords.ROWS;
        var widths = bytes ? List.of(64, 32, 16) : List.of(16);
        return new Tiles(
                Optional.of(format),
                rows,
                widths,
                widths.stream()
                        .map(width -> PlainTile.blocks(format, rows, width))
                        .toList());
    }

    private static Optional<Tiles> checked(Tiles plain, IntFunction<byte[]> code, String name, List<String> reasons) {
        try {
            var kernels = new ArrayList<Tile>();
            for (int width : plain.widths()) {
                kernels.add(callable(code.apply(width)));
            }
            var tiles = new Tiles(plain.format(), plain.rows(), plain.widths(), List.copyOf(kernels));
            if (SelfCheck.agree(tiles, plain)) {
                return Optional.of(tiles);
            }
            reasons.add("the " + name + " kernels compute something else than plain loops on this processor");
        } catch (MachineCode.RefusedException e) {
            reasons.add(e.getMessage());
        }
        return Optional.empty();
    }

    /** Code written by {@link TileCode}, ready to be called. */
    static Tile callable(byte[] code) throws MachineCode.RefusedException {
        return new Callable(MachineCode.function(code, SIGNATURE, Linker.Option.critical(true)));
    }

    private record Callable(MethodHandle handle) implements Tile {
        @Override
        public void multiply(
                MemorySegment a,
                MemorySegment b,
                MemorySegment c,
                long steps,
                long aStride,
                long cStride,
                long groups) {
            try {
                handle.invokeExact(a, b, c, steps, aStride, cStride, groups);
            } catch (Throwable e) {
                throw new IllegalStateException("a kernel in machine code", e);
            }
        }
    }
}
