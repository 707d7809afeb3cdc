package uk.ac.manchester.tornado.cublas;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;

/** Calls of NVIDIA's cuBLAS as tasks. Its matrices are column-major: a row-major one is its own transpose there. */
public final class CuBlas {
    public static final String LIBRARY_NAME = "nvidia/cublas";

    private CuBlas() {}

    /**
     * {@code C = alpha op(A) op(B) + beta C} with bfloat16 operands and result; sums are float32.
     *
     * @param transa a {@link uk.ac.manchester.tornado.cublas.enums.CuBlasOperation}'s number, for A
     * @param transb the same for B
     * @param m rows of op(A) and C
     * @param n columns of op(B) and C
     * @param k columns of op(A), rows of op(B)
     * @param lda distance of A's columns, at least its rows
     * @param ldb distance of B's columns, at least its rows
     * @param ldc distance of C's columns, at least m
     */
    public static LibraryTaskDescriptor cublasGemmExBF16(
            int transa,
            int transb,
            int m,
            int n,
            int k,
            float alpha,
            BFloat16Array matrixA,
            int lda,
            BFloat16Array matrixB,
            int ldb,
            float beta,
            BFloat16Array matrixC,
            int ldc) {
        Object[] parameters = {transa, transb, m, n, k, alpha, matrixA, lda, matrixB, ldb, beta, matrixC, ldc};
        var access = new Access[parameters.length];
        Arrays.fill(access, Access.READ_ONLY);
        access[11] = beta == 0 ? Access.WRITE_ONLY : Access.READ_WRITE;
        return new LibraryTaskDescriptor()
                .withLibrary(LIBRARY_NAME)
                .withFunction("cublasGemmExBF16")
                .withParameters(parameters)
                .withAccess(access);
    }
}
