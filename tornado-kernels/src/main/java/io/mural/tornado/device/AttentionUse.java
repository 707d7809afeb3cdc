package io.mural.tornado.device;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/** What does attention beside the Java kernel. */
public sealed interface AttentionUse {
    /**
     * cuDNN.
     *
     * @param measured whether the faster of cuDNN and the kernel is taken, else cuDNN wherever it can
     * @param least multiply-adds of the smallest attention that is measured; smaller ones are the kernel's
     * @param staging elements of each array that cuDNN sees
     * @param clock in nanoseconds
     * @param refusal why cuDNN does not do heads of a size here, empty if it does; asked once a size
     * @param wins by which shapes cuDNN was found to be faster, or not; grows, and outlives the device's operations
     */
    record CuDnn(
            boolean measured,
            long least,
            int staging,
            LongSupplier clock,
            IntFunction<Optional<String>> refusal,
            Map<Shape, Boolean> wins)
            implements AttentionUse {}

    /** Of attention that is measured. */
    record Shape(int heads, int headDim, int sharing, long pairs, List<Batch> batches) {}

    /** Blocks with equal numbers of queries and keys. */
    record Batch(int queries, int keys, int blocks) {}

    /** @param reason why cuDNN is missing, where it was to be expected */
    record None(Optional<String> reason) implements AttentionUse {}
}
