package io.mural.emulator;

import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;

/**
 * A call of a vendor's library, done here as its documentation says. What cuBLAS answers with "invalid value", or where
 * a library would leave an array without a word, is an error that names the operand.
 */
record LibraryCall(String name, String function, Object[] arguments) implements Step {
    private static final int TRANSPOSED = 1;

    /** A column-major operand as it lies in memory. */
    private record Operand(String name, BFloat16Array array, int rows, int cols, int distance) {
        float get(int row, int col) {
            return array.getFloat(col * distance + row);
        }
    }

    static LibraryCall of(String name, LibraryTaskDescriptor descriptor) {
        var function = descriptor.getLibraryName() + "/" + descriptor.getFunctionName();
        if (descriptor.getAccess().length != descriptor.getParameters().length) {
            throw new TornadoRuntimeException("task %s: %s has %d parameters but says of %d what it does with them"
                    .formatted(name, function, descriptor.getParameters().length, descriptor.getAccess().length));
        }
        return new LibraryCall(name, function, descriptor.getParameters());
    }

    @Override
    public int launchBytes() {
        return 0;
    }

    @Override
    public void run(Object[] a, WorkerGrid grid) {
        switch (function) {
            case "nvidia/cublas/cublasGemmExBF16" -> gemm(a);
            case "nvidia/cudnn/sdpaForward" -> {
                try {
                    FusedAttention.of(a).run();
                } catch (IllegalArgumentException | IllegalStateException e) {
                    throw failure(e.getMessage());
                }
            }
            default -> throw failure("the emulator has no such function");
        }
    }

    private void gemm(Object[] a) {
        int m = (int) a[2];
        int n = (int) a[3];
        int k = (int) a[4];
        var left = operand("A", (int) a[0], m, k, a[6], (int) a[7]);
        var right = operand("B", (int) a[1], k, n, a[8], (int) a[9]);
        var out = check(new Operand("C", (BFloat16Array) a[11], m, n, (int) a[12]));
        gemm(
                values(left, (int) a[0] == TRANSPOSED, m, k),
                values(right, (int) a[1] != TRANSPOSED, n, k),
                (float) a[5],
                (float) a[10],
                out,
                k);
    }

    private Operand operand(String name, int operation, int rows, int cols, Object array, int distance) {
        return switch (operation) {
            case 0 -> check(new Operand(name, (BFloat16Array) array, rows, cols, distance));
            case TRANSPOSED -> check(new Operand(name, (BFloat16Array) array, cols, rows, distance));
            default -> throw failure("operation " + operation + " on " + name + " is none of bfloat16 matrices");
        };
    }

    private Operand check(Operand x) {
        if (x.rows < 1 || x.cols < 1) {
            throw failure("%s is %d x %d".formatted(x.name, x.rows, x.cols));
        }
        if (x.distance < x.rows) {
            throw failure("%s has columns of %d elements at a distance of %d".formatted(x.name, x.rows, x.distance));
        }
        long end = (x.cols - 1L) * x.distance + x.rows;
        if (end > x.array.getSize()) {
            throw failure("%s, %d x %d with columns at a distance of %d, takes %d elements, but its array has %d"
                    .formatted(x.name, x.rows, x.cols, x.distance, end, x.array.getSize()));
        }
        return x;
    }

    /** {@code lines} vectors of k elements: the columns of x, or its rows. */
    private float[][] values(Operand x, boolean columns, int lines, int k) {
        try {
            return IntStream.range(0, lines)
                    .mapToObj(line -> {
                        var values = new float[k];
                        for (int i = 0; i < k; i++) {
                            values[i] = columns ? x.get(i, line) : x.get(line, i);
                        }
                        return values;
                    })
                    .toArray(float[][]::new);
        } catch (IllegalStateException e) {
            throw failure(x.name + ": " + e.getMessage());
        }
    }

    private static void gemm(float[][] left, float[][] right, float alpha, float beta, Operand out, int k) {
        IntStream.range(0, right.length).parallel().forEach(col -> {
            for (int row = 0; row < left.length; row++) {
                float sum = 0;
                for (int i = 0; i < k; i++) {
                    sum += left[row][i] * right[col][i];
                }
                float before = beta == 0 ? 0 : beta * out.get(row, col);
                out.array.setFloat(col * out.distance + row, alpha * sum + before);
            }
        });
    }

    private TornadoRuntimeException failure(String what) {
        return new TornadoRuntimeException("task %s: %s: %s".formatted(name, function, what));
    }
}
