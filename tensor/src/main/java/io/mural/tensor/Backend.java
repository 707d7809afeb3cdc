package io.mural.tensor;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A way to compute, found by {@link java.util.ServiceLoader}. It names the devices it offers, or says why it offers
 * none and what would change that.
 */
public interface Backend {
    /**
     * A device a user can choose.
     *
     * @param name what follows {@code --device}, such as {@code cpu}
     * @param description one line: what computes, with which width, threads, formats
     */
    record Device(String name, String description) {}

    /** Whether the backend can run here. */
    sealed interface Availability {
        record Available(List<Device> devices) implements Availability {}

        /** @param reason one line with the remedy */
        record Absent(String reason) implements Availability {}
    }

    /** Short name, the part of a device's name before the first colon. */
    String name();

    Availability availability();

    /**
     * Operations on a device of this backend.
     *
     * @param device one of {@link Availability.Available#devices()}
     * @param threads how many threads may compute, at least 1
     * @param workspace where activations live; closed with the result
     */
    Ops open(String device, int threads, Workspace workspace);

    /**
     * As {@link #open(String, int, Workspace)}, with the choice of what multiplies matrices and does attention.
     *
     * @throws IllegalArgumentException if the library is asked for where there is none, see {@link #noLibrary}
     */
    default Ops open(String device, int threads, Workspace workspace, GemmChoice gemm) {
        if (gemm == GemmChoice.LIBRARY) {
            noLibrary(device).ifPresent(reason -> {
                throw new IllegalArgumentException(reason);
            });
        }
        return open(device, threads, workspace);
    }

    /**
     * Why the device would compute many times slower than it could, one line with the remedy; empty if it would not.
     *
     * @param device one of {@link Availability.Available#devices()}
     */
    default Optional<String> whySlow(String device) {
        return Optional.empty();
    }

    /**
     * Why the device computes slower here than it could, though it is not refused for that; one line with the remedy, empty
     * if it does not.
     *
     * @param device one of {@link Availability.Available#devices()}
     */
    default Optional<String> slowedBy(String device) {
        return Optional.empty();
    }

    /**
     * As {@link #open(String, int, Workspace)}, which multiplies in float32, in another precision.
     *
     * @throws InputException if the device does not have it, see {@link #noPrecision}
     */
    default Ops open(String device, int threads, Workspace workspace, Precision precision) {
        requirePrecision(device, precision);
        return open(device, threads, workspace);
    }

    /**
     * As {@link #open(String, int, Workspace, GemmChoice)}, with weights kept in a format.
     *
     * @throws InputException if the device leaves no choice, see {@link #noStorage}
     */
    default Ops open(String device, int threads, Workspace workspace, GemmChoice gemm, WeightStorage storage) {
        if (storage != WeightStorage.USUAL) {
            noStorage(device).ifPresent(reason -> {
                throw InputException.about("storage", reason);
            });
        }
        return open(device, threads, workspace, gemm);
    }

    /**
     * Why there is no choice of how weights are kept on the device, one line with the remedy; empty if there is.
     *
     * @param device one of {@link Availability.Available#devices()}
     */
    default Optional<String> noStorage(String device) {
        return Optional.of("`storage`: " + device + " takes weights as their files have them; leave `storage` away");
    }

    /**
     * Bytes that activations may take on a device with memory of its own, at most, if all weights travel; empty where they are
     * in the process's memory.
     *
     * @param device one of {@link Availability.Available#devices()}
     */
    default OptionalLong memory(String device) {
        return OptionalLong.empty();
    }

    /**
     * The most that an element of a weight is rounded by, relative to its size; 0 where it is as its file has it.
     *
     * @param device one of {@link Availability.Available#devices()}
     */
    default double weightUnit(String device, WeightStorage storage) {
        return 0;
    }

    /**
     * Why products on the device cannot be in this precision, one line with the remedy; empty if they can.
     *
     * @param device one of {@link Availability.Available#devices()}
     */
    default Optional<String> noPrecision(String device, Precision precision) {
        return switch (precision) {
            case F32, AUTO -> Optional.empty();
            case BF16, INT8 ->
                Optional.of(device + " multiplies in float32, and only cpu in others; choose auto or f32");
        };
    }

    /** Throws what {@link #noPrecision} says. */
    default void requirePrecision(String device, Precision precision) {
        noPrecision(device, precision).ifPresent(reason -> {
            throw InputException.about("precision", "`precision` " + precision.key() + ": " + reason);
        });
    }

    /** Whether products of short weights are in bfloat16 on the device under {@link Precision#AUTO}. */
    default boolean roundsToBf16(String device) {
        return false;
    }

    /**
     * Why no vendor's library can multiply matrices on the device, one line with the remedy; empty if one can.
     *
     * @param device one of {@link Availability.Available#devices()}
     */
    default Optional<String> noLibrary(String device) {
        return Optional.of(device + " multiplies matrices with kernels of mural alone; NVIDIA's cuBLAS is for devices"
                + " such as tornado:cuda");
    }
}
