package uk.ac.manchester.tornado.api.enums;

/** The language a backend compiles kernels to; the emulator runs them as the Java they are. */
public enum TornadoVMBackendType {
    OPENCL,
    METAL,
    PTX,
    CUDA,
    SPIRV,
    JAVA,
    VIRTUAL
}
