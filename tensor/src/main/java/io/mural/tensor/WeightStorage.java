package io.mural.tensor;

/** How a device with memory of its own keeps weights. */
public enum WeightStorage {
    /** As the device does best: GPUs in 16 bits. */
    USUAL,
    /** In float32, at twice the memory: nothing is rounded, and vendors' libraries, which take 16 bits, are not used. */
    F32
}
