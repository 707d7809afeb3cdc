package io.mural.tornado.kernels;

import java.util.Optional;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.cublas.CuBlas;
import uk.ac.manchester.tornado.cublas.enums.CuBlasOperation;

/** NVIDIA's cuBLAS, which TornadoVM's CUDA backend calls in the order of a graph's tasks. */
public final class CuBlasTasks {
    private CuBlasTasks() {}

    /** Why TornadoVM cannot call it, with the remedy; empty if it can. */
    public static Optional<String> missing() {
        return SdkLibrary.missing("cuBLAS", "tornado.cublas", "", "CUDA toolkit");
    }

    /**
     * {@code y = x w^T} with x [rows, in], w [out, in] and y [rows, out], row-major without gaps from the arrays' first
     * elements on. What is row-major here is its transpose to cuBLAS: it makes {@code y^T = w x^T}, where w, which it
     * takes for w^T, is to be transposed.
     *
     * @param sizes rows, in, out
     */
    static void product(TaskGraph graph, String id, int[] sizes, BFloat16Array w, BFloat16Array x, BFloat16Array y) {
        int rows = sizes[0];
        int in = sizes[1];
        int out = sizes[2];
        int transposed = CuBlasOperation.CUBLAS_OP_T.operation();
        int plain = CuBlasOperation.CUBLAS_OP_N.operation();
        graph.libraryTask(id, CuBlas::cublasGemmExBF16, transposed, plain, out, rows, in, 1f, w, in, x, in, 0f, y, out);
    }
}
