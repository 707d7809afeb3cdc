package io.mural.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The kernels, and how each becomes a task. Every kernel takes its context, parameters {@code p} and {@code f} of its
 * own, and arrays of which it writes the last: TornadoVM 5.2.0 does not return from planning a task that reads an array
 * behind the place where it is written. No parameter is a constant, so that a kernel's generated source is the same in
 * every task and drivers find it in their caches.
 */
public enum Kernel {
    GEMM_F32(
            "gemmF32",
            (g, id, s, a) -> g.task(id, GemmKernels::gemmF32, s.c(), s.p(), s.f(), f(a, 0), f(a, 1), f(a, 2), f(a, 3))),
    GEMM_F16(
            "gemmF16",
            (g, id, s, a) ->
                    g.task(id, GemmKernels::gemmF16, s.c(), s.p(), s.f(), f(a, 0), half(a, 1), f(a, 2), f(a, 3))),
    GEMM_BF16(
            "gemmBF16",
            (g, id, s, a) ->
                    g.task(id, GemmKernels::gemmBF16, s.c(), s.p(), s.f(), f(a, 0), brain(a, 1), f(a, 2), f(a, 3))),
    ATTENTION(
            "attention",
            (g, id, s, a) -> g.task(
                    id,
                    AttentionKernels::attention,
                    s.c(),
                    s.p(),
                    s.f(),
                    f(a, 0),
                    f(a, 1),
                    f(a, 2),
                    f(a, 3),
                    f(a, 4),
                    f(a, 5))),
    CONV_F32(
            "convF32",
            (g, id, s, a) -> g.task(id, ConvKernels::convF32, s.c(), s.p(), s.f(), f(a, 0), f(a, 1), f(a, 2), f(a, 3))),
    CONV_F16(
            "convF16",
            (g, id, s, a) ->
                    g.task(id, ConvKernels::convF16, s.c(), s.p(), s.f(), f(a, 0), half(a, 1), f(a, 2), f(a, 3))),
    CONV_BF16(
            "convBF16",
            (g, id, s, a) ->
                    g.task(id, ConvKernels::convBF16, s.c(), s.p(), s.f(), f(a, 0), brain(a, 1), f(a, 2), f(a, 3))),
    EMBEDDING_F32(
            "embeddingF32",
            (g, id, s, a) -> g.task(id, ElementKernels::embeddingF32, s.c(), s.p(), s.f(), f(a, 0), f(a, 1), f(a, 2))),
    EMBEDDING_F16(
            "embeddingF16",
            (g, id, s, a) ->
                    g.task(id, ElementKernels::embeddingF16, s.c(), s.p(), s.f(), f(a, 0), half(a, 1), f(a, 2))),
    EMBEDDING_BF16(
            "embeddingBF16",
            (g, id, s, a) ->
                    g.task(id, ElementKernels::embeddingBF16, s.c(), s.p(), s.f(), f(a, 0), brain(a, 1), f(a, 2))),
    ACTIVATE("activate", (g, id, s, a) -> g.task(id, ElementKernels::activate, s.c(), s.p(), s.f(), f(a, 0))),
    ADD("add", (g, id, s, a) -> g.task(id, ElementKernels::add, s.c(), s.p(), s.f(), f(a, 0), f(a, 1))),
    MULTIPLY("multiply", (g, id, s, a) -> g.task(id, ElementKernels::multiply, s.c(), s.p(), s.f(), f(a, 0), f(a, 1))),
    ADD_GATED(
            "addGated",
            (g, id, s, a) -> g.task(id, ElementKernels::addGated, s.c(), s.p(), s.f(), f(a, 0), f(a, 1), f(a, 2))),
    COPY("copy", (g, id, s, a) -> g.task(id, ElementKernels::copy, s.c(), s.p(), s.f(), f(a, 0), f(a, 1))),
    TO_BF16("toBF16", (g, id, s, a) -> g.task(id, ElementKernels::toBF16, s.c(), s.p(), s.f(), f(a, 0), brain(a, 1))),
    FROM_BF16(
            "fromBF16",
            (g, id, s, a) -> g.task(id, ElementKernels::fromBF16, s.c(), s.p(), s.f(), brain(a, 0), f(a, 1), f(a, 2))),
    /** NVIDIA's; its numbers are constants of the task. */
    CUBLAS_BF16(
            "cublasGemmExBF16",
            (g, id, s, a) -> CuBlasTasks.product(g, id, s.constants(), brain(a, 0), brain(a, 1), brain(a, 2))),
    LARGEST("largest", (g, id, s, a) -> g.task(id, StagingKernels::largest, s.c(), s.p(), s.f(), f(a, 0), f(a, 1))),
    FACTORS("factors", (g, id, s, a) -> g.task(id, StagingKernels::factors, s.c(), s.p(), s.f(), f(a, 0))),
    GATHER_F16(
            "gatherF16",
            (g, id, s, a) ->
                    g.task(id, StagingKernels::gatherF16, s.c(), s.p(), s.f(), f(a, 0), f(a, 1), f(a, 2), half(a, 3))),
    SCATTER_F16(
            "scatterF16",
            (g, id, s, a) ->
                    g.task(id, StagingKernels::scatterF16, s.c(), s.p(), s.f(), half(a, 0), f(a, 1), f(a, 2), f(a, 3))),
    /** NVIDIA's, too. */
    CUDNN_ATTENTION(
            "sdpaForward",
            (g, id, s, a) ->
                    CuDnnTasks.attention(g, id, s.constants(), half(a, 0), half(a, 1), half(a, 2), half(a, 3))),
    COPY_F16(
            "copyF16",
            (g, id, s, a) -> g.task(id, ElementKernels::copyF16, s.c(), s.p(), s.f(), half(a, 0), half(a, 1))),
    COPY_BF16(
            "copyBF16",
            (g, id, s, a) -> g.task(id, ElementKernels::copyBF16, s.c(), s.p(), s.f(), brain(a, 0), brain(a, 1))),
    FILL("fill", (g, id, s, a) -> g.task(id, ElementKernels::fill, s.c(), s.p(), s.f(), f(a, 0))),
    MIX_ROWS(
            "mixRows",
            (g, id, s, a) -> g.task(id, ElementKernels::mixRows, s.c(), s.p(), s.f(), f(a, 0), f(a, 1), f(a, 2))),
    UPSAMPLE(
            "upsample2x",
            (g, id, s, a) -> g.task(id, ElementKernels::upsample2x, s.c(), s.p(), s.f(), f(a, 0), f(a, 1))),
    LAYER_NORM(
            "layerNorm",
            (g, id, s, a) ->
                    g.task(id, NormKernels::layerNorm, s.c(), s.p(), s.f(), f(a, 0), f(a, 1), f(a, 2), f(a, 3))),
    RMS_NORM(
            "rmsNorm",
            (g, id, s, a) -> g.task(id, NormKernels::rmsNorm, s.c(), s.p(), s.f(), f(a, 0), f(a, 1), f(a, 2))),
    NORM_ROPE(
            "normRope",
            (g, id, s, a) ->
                    g.task(id, NormKernels::normRope, s.c(), s.p(), s.f(), f(a, 0), f(a, 1), f(a, 2), f(a, 3))),
    ROPE("rope", (g, id, s, a) -> g.task(id, NormKernels::rope, s.c(), s.p(), s.f(), f(a, 0), f(a, 1), f(a, 2))),
    MOMENTS("moments", (g, id, s, a) -> g.task(id, NormKernels::moments, s.c(), s.p(), s.f(), f(a, 0), f(a, 1))),
    GROUP_NORM(
            "groupNorm",
            (g, id, s, a) ->
                    g.task(id, NormKernels::groupNorm, s.c(), s.p(), s.f(), f(a, 0), f(a, 1), f(a, 2), f(a, 3)));

    /** What all kernels take; a library's take {@code constants} alone. */
    public record Common(KernelContext c, IntArray p, FloatArray f, int[] constants) {}

    private interface Adder {
        void add(TaskGraph graph, String id, Common common, TornadoNativeArray[] arrays);
    }

    private final String method;
    private final Adder adder;

    Kernel(String method, Adder adder) {
        this.method = method;
        this.adder = adder;
    }

    /** The Java method's name; the generated code's, too. */
    public String method() {
        return method;
    }

    /** Whether it is no kernel of ours, but a call of a vendor's library. */
    public boolean ofLibrary() {
        return this == CUBLAS_BF16 || this == CUDNN_ATTENTION;
    }

    public void addTo(TaskGraph graph, String id, Common common, TornadoNativeArray[] arrays) {
        adder.add(graph, id, common, arrays);
    }

    private static FloatArray f(TornadoNativeArray[] arrays, int index) {
        return (FloatArray) arrays[index];
    }

    private static HalfFloatArray half(TornadoNativeArray[] arrays, int index) {
        return (HalfFloatArray) arrays[index];
    }

    private static BFloat16Array brain(TornadoNativeArray[] arrays, int index) {
        return (BFloat16Array) arrays[index];
    }
}
