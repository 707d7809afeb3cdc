package io.mural.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.cublas.CuBlas;
import uk.ac.manchester.tornado.cublas.enums.CuBlasOperation;

/** Calls of cuBLAS in a graph: column-major matrices, whole arrays, and mistakes that cuBLAS would not tell. */
class LibraryTaskTest {
    private static final int M = 3;
    private static final int N = 2;
    private static final int K = 5;
    private static final int GAP = 4;

    /** Small whole numbers: their products and sums are exact in bfloat16. */
    @TestFactory
    Stream<DynamicTest> multipliesColumnMajorMatrices() {
        return Stream.of(CuBlasOperation.CUBLAS_OP_N, CuBlasOperation.CUBLAS_OP_T)
                .flatMap(a -> Stream.of(CuBlasOperation.CUBLAS_OP_N, CuBlasOperation.CUBLAS_OP_T)
                        .map(b ->
                                DynamicTest.dynamicTest(a + " " + b, () -> multiplies(a.operation(), b.operation()))));
    }

    private static void multiplies(int transa, int transb) throws Exception {
        int lda = (transa == 0 ? M : K) + GAP;
        int ldb = (transb == 0 ? K : N) + GAP;
        int ldc = M + GAP;
        var a = numbers(lda * K + GAP, 7);
        var b = numbers(ldb * K + GAP, 5);
        var c = numbers(ldc * N, 4);

        run(transa, transb, 2, a, lda, b, ldb, 3, c, ldc);

        var before = numbers(ldc * N, 4);
        for (int row = 0; row < ldc; row++) {
            for (int col = 0; col < N; col++) {
                float expected = before.getFloat(col * ldc + row);
                if (row < M) {
                    float sum = 0;
                    for (int i = 0; i < K; i++) {
                        sum += a.getFloat(transa == 0 ? i * lda + row : row * lda + i)
                                * b.getFloat(transb == 0 ? col * ldb + i : i * ldb + col);
                    }
                    expected = 2 * sum + 3 * expected;
                }
                assertThat(c.getFloat(col * ldc + row)).as("[%d, %d]", row, col).isEqualTo(expected);
            }
        }
    }

    @Test
    void refusesColumnsThatOverlap() {
        assertThatThrownBy(() -> run(0, 0, 1, numbers(99, 3), M - 1, numbers(99, 3), K, 0, numbers(99, 3), M))
                .isInstanceOf(TornadoRuntimeException.class)
                .hasMessage("task g.gemm: nvidia/cublas/cublasGemmExBF16:"
                        + " A has columns of 3 elements at a distance of 2");
    }

    @Test
    void refusesAMatrixThatLeavesItsArray() {
        assertThatThrownBy(() -> run(0, 0, 1, numbers(15, 3), M, numbers(9, 3), K, 0, numbers(6, 3), M))
                .isInstanceOf(TornadoRuntimeException.class)
                .hasMessageEndingWith(
                        "B, 5 x 2 with columns at a distance of 5, takes 10 elements, but its array has 9");
    }

    @Test
    void refusesToReadWhatWasNeverWritten() {
        var a = numbers(15, 3);
        var b = new BFloat16Array(10);
        var c = new BFloat16Array(6);
        var graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, a)
                .transferToDevice(DataTransferMode.UNDER_DEMAND, b);
        assertThatThrownBy(() -> execute(add(graph, 0, 0, 1, a, M, b, K, 0, c, M), c))
                .isInstanceOf(TornadoRuntimeException.class)
                .hasMessageContaining("B: index 0 was read before anything was transferred or written there");
    }

    @Test
    void saysWhatItDoesWithItsArguments() {
        var x = numbers(9, 3);
        assertThat(CuBlas.cublasGemmExBF16(0, 0, 3, 3, 3, 1, x, 3, x, 3, 0, x, 3)
                        .getAccess())
                .hasSize(13)
                .containsOnlyOnce(Access.WRITE_ONLY)
                .doesNotContain(Access.READ_WRITE);
        assertThat(CuBlas.cublasGemmExBF16(0, 0, 3, 3, 3, 1, x, 3, x, 3, 1, x, 3)
                        .getAccess()[11])
                .isEqualTo(Access.READ_WRITE);
    }

    private static BFloat16Array numbers(int count, int range) {
        var values = new BFloat16Array(count);
        for (int i = 0; i < count; i++) {
            values.setFloat(i, i * 3 % range - range / 2);
        }
        return values;
    }

    private static void run(
            int transa,
            int transb,
            float alpha,
            BFloat16Array a,
            int lda,
            BFloat16Array b,
            int ldb,
            float beta,
            BFloat16Array c,
            int ldc)
            throws Exception {
        var graph = new TaskGraph("g").transferToDevice(DataTransferMode.EVERY_EXECUTION, a, b, c);
        execute(add(graph, transa, transb, alpha, a, lda, b, ldb, beta, c, ldc), c);
    }

    private static TaskGraph add(
            TaskGraph graph,
            int transa,
            int transb,
            float alpha,
            BFloat16Array a,
            int lda,
            BFloat16Array b,
            int ldb,
            float beta,
            BFloat16Array c,
            int ldc) {
        return graph.libraryTask(
                "gemm", CuBlas::cublasGemmExBF16, transa, transb, M, N, K, alpha, a, lda, b, ldb, beta, c, ldc);
    }

    private static void execute(TaskGraph graph, BFloat16Array result) throws Exception {
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, result);
        try (var plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.execute();
        }
    }
}
