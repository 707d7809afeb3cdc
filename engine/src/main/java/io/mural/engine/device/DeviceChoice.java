package io.mural.engine.device;

import io.mural.tensor.DType;
import io.mural.tensor.GemmChoice;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Precision;
import io.mural.tensor.WeightStorage;
import io.mural.tensor.Workspace;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A device as chosen.
 *
 * @param name its whole name
 * @param gemm what multiplies matrices and does attention, where the device leaves a choice
 * @param precision what products are asked to be in
 * @param storage how weights are kept, where the device leaves a choice
 * @param weightUnit the most that an element of a weight is rounded by there, relative to its size
 * @param bf16 whether short weights are multiplied in bfloat16 under {@link Precision#AUTO}
 * @param ops opens its operations with memory of their own
 */
public record DeviceChoice(
        String name,
        int threads,
        Optional<GemmChoice> gemm,
        Precision precision,
        WeightStorage storage,
        double weightUnit,
        boolean bf16,
        Supplier<Ops> ops) {
    private static final int MOST_THREADS = 1024;

    /** A device that takes weights as their files have them. */
    public DeviceChoice(
            String name, int threads, Optional<GemmChoice> gemm, Precision precision, boolean bf16, Supplier<Ops> ops) {
        this(name, threads, gemm, precision, WeightStorage.USUAL, 0, bf16, ops);
    }

    /**
     * The device of a name; {@link InputException} when there is none, or when it would compute many times slower than it
     * could and nobody asked for that.
     *
     * @param threads that compute
     * @param gemm what multiplies matrices and does attention, where it is said
     * @param before what did so before, taken where the device leaves a choice and {@code gemm} says nothing
     * @param slow whether a slow way is accepted
     */
    public static DeviceChoice of(
            String device, int threads, Optional<GemmChoice> gemm, Optional<GemmChoice> before, boolean slow) {
        if (threads < 1 || threads > MOST_THREADS) {
            throw InputException.about("threads", "`threads` " + threads + ": choose 1 to " + MOST_THREADS);
        }
        var chosen = Devices.choose(device);
        var backend = chosen.backend();
        var name = chosen.name();
        if (!slow) {
            backend.whySlow(name).ifPresent(reason -> {
                throw InputException.about("device", "`device` " + name + ": " + reason);
            });
        }
        var noLibrary = backend.noLibrary(name);
        if (gemm.equals(Optional.of(GemmChoice.LIBRARY)) && noLibrary.isPresent()) {
            throw InputException.about("gemm", "`gemm` library: " + noLibrary.get() + "; leave `gemm` away");
        }
        var products = noLibrary.isPresent()
                ? Optional.<GemmChoice>empty()
                : Optional.of(gemm.or(() -> before).orElse(GemmChoice.MEASURED));
        return new DeviceChoice(
                name,
                threads,
                products,
                Precision.F32,
                WeightStorage.USUAL,
                backend.weightUnit(name, WeightStorage.USUAL),
                false,
                () -> backend.open(name, threads, new Workspace(), products.orElse(GemmChoice.MEASURED)));
    }

    /** The same with products in a precision; {@link InputException} where the device does not have it. */
    public DeviceChoice in(Precision other) {
        var backend = Devices.choose(name).backend();
        backend.requirePrecision(name, other);
        return new DeviceChoice(
                name,
                threads,
                gemm,
                other,
                storage,
                weightUnit,
                backend.roundsToBf16(name),
                gemm.isPresent() || storage != WeightStorage.USUAL
                        ? ops
                        : () -> backend.open(name, threads, new Workspace(), other));
    }

    /** Bytes that activations may take in the device's own memory, at most; empty where they are in the process's. */
    public OptionalLong memory() {
        return Devices.choose(name).backend().memory(name);
    }

    /** Whether weights may be kept in another format there than usual. */
    public boolean choosesStorage() {
        return Devices.choose(name).backend().noStorage(name).isEmpty();
    }

    /** As {@link #keeping}, where there is a choice: as a picture was made before, maybe elsewhere. */
    public DeviceChoice as(WeightStorage before) {
        return before != WeightStorage.USUAL && choosesStorage() && !gemm.equals(Optional.of(GemmChoice.LIBRARY))
                ? keeping(before)
                : this;
    }

    /**
     * The same with weights kept in a format; {@link InputException} where the device leaves no choice, or the libraries that
     * were asked for do not take it.
     */
    public DeviceChoice keeping(WeightStorage other) {
        var backend = Devices.choose(name).backend();
        backend.noStorage(name).ifPresent(reason -> {
            throw InputException.about("storage", reason);
        });
        if (other == WeightStorage.USUAL) {
            return this;
        }
        if (gemm.equals(Optional.of(GemmChoice.LIBRARY))) {
            throw InputException.about(
                    "gemm",
                    "`gemm` library: NVIDIA's libraries take weights in 16 bits, and `storage` is f32; leave one of"
                            + " them away");
        }
        var products = gemm.map(any -> GemmChoice.JAVA);
        return new DeviceChoice(
                name,
                threads,
                products,
                precision,
                other,
                backend.weightUnit(name, other),
                bf16,
                () -> backend.open(name, threads, new Workspace(), GemmChoice.JAVA, other));
    }

    /**
     * What products are in, never {@link Precision#AUTO}.
     *
     * @param weights the format of the transformer's weights
     */
    public Precision products(DType weights) {
        if (precision != Precision.AUTO) {
            return precision;
        }
        boolean wide = weights == DType.F64 || weights == DType.F32 || weights == DType.F16;
        return bf16 && !wide ? Precision.BF16 : Precision.F32;
    }

    /** The same, whose operations fail once {@code faults} has a line: what a driver printed that failed. */
    public DeviceChoice watched(Supplier<Optional<String>> faults) {
        return new DeviceChoice(name, threads, gemm, precision, storage, weightUnit, bf16, () -> {
            var opened = ops.get();
            opened.watch(faults);
            return opened;
        });
    }

    /** The same, telling {@code details} how the backend comes to what it decides by itself. */
    public DeviceChoice detailed(Consumer<String> details) {
        return new DeviceChoice(name, threads, gemm, precision, storage, weightUnit, bf16, () -> {
            var opened = ops.get();
            opened.onDetail(details);
            return opened;
        });
    }
}
