package io.mural.engine.device;

import io.mural.tensor.GemmChoice;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A device as chosen.
 *
 * @param name its whole name
 * @param gemm what multiplies matrices and does attention, where the device leaves a choice
 * @param ops opens its operations with memory of their own
 */
public record DeviceChoice(String name, int threads, Optional<GemmChoice> gemm, Supplier<Ops> ops) {
    private static final int MOST_THREADS = 1024;

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
                () -> backend.open(name, threads, new Workspace(), products.orElse(GemmChoice.MEASURED)));
    }

    /** The same, telling {@code details} how the backend comes to what it decides by itself. */
    public DeviceChoice detailed(Consumer<String> details) {
        return new DeviceChoice(name, threads, gemm, () -> {
            var opened = ops.get();
            opened.heedDetails(details);
            return opened;
        });
    }
}
