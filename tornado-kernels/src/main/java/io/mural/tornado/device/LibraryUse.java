package io.mural.tornado.device;

import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What multiplies matrices beside the Java kernel. */
public sealed interface LibraryUse {
    /**
     * cuBLAS, for weights in bfloat16.
     *
     * @param measured whether the faster of cuBLAS and the kernel is taken, else always cuBLAS
     * @param least multiply-adds of the smallest product that is measured; smaller ones are the kernel's
     * @param staging elements of each array that cuBLAS sees
     * @param clock in nanoseconds
     * @param wins by which sizes cuBLAS was found to be faster, or not; grows, and outlives the device's operations
     */
    record CuBlas(boolean measured, long least, int staging, LongSupplier clock, Map<Size, Boolean> wins)
            implements LibraryUse {}

    /** Of a product that is measured: x [rows, in], weight [columns, in]. */
    record Size(int rows, int in, int columns) {}

    /** @param reason why cuBLAS is missing, where it was to be expected */
    record None(Optional<String> reason) implements LibraryUse {}
}
