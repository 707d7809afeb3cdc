package io.mural.tensor;

import java.util.List;

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
}
