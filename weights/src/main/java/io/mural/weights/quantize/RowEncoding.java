package io.mural.weights.quantize;

import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.tensor.InputException;
import io.mural.tensor.Matrix;
import io.mural.weights.file.GgufWriter;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/**
 * Rewrites rows in another format, a band of rows at a time, on all processors. Rows are independent and are handed on in their
 * order, so neither the bytes nor the error depend on how many processors there are.
 *
 * @param source the file the rows are from, for errors
 */
record RowEncoding(String source, DType to) {
    /** Rows at once: a few megabytes at FLUX's widths. */
    private static final int BAND = 64;

    private static final int NONE = -1;

    /**
     * A row as it is written.
     *
     * @param damaged the first column whose weight is no finite number, else {@link #NONE}
     */
    private record Row(byte[] bytes, QuantizationError error, int damaged) {}

    /**
     * Writes all rows of {@code matrix}.
     *
     * @return what rounding did to them
     * @throws InputException when a weight is no finite number or too large for the format
     * @throws CancellationException when the thread is interrupted
     */
    QuantizationError write(Matrix matrix, GgufWriter.Sink sink) throws IOException {
        QuantizationError sum = QuantizationError.NONE;
        for (int from = 0; from < matrix.rows(); from += BAND) {
            if (Thread.interrupted()) {
                throw new CancellationException("cancelled in " + matrix.name());
            }
            List<Row> band = IntStream.range(from, Math.min(from + BAND, matrix.rows()))
                    .parallel()
                    .mapToObj(row -> encode(matrix, row))
                    .toList();
            for (int i = 0; i < band.size(); i++) {
                Row row = band.get(i);
                check(matrix, from + i, row);
                sum = sum.plus(row.error());
                sink.put(row.bytes(), 0, row.bytes().length);
            }
        }
        return sum;
    }

    private void check(Matrix matrix, int index, Row row) {
        if (row.damaged() != NONE) {
            throw new InputException(source + ": " + Shown.text(matrix.name()) + " holds "
                    + matrix.get(index, row.damaged()) + " at [" + index + ", " + row.damaged()
                    + "]; a model with such weights makes no pictures, download it again");
        }
        if (!Double.isFinite(row.error().errors())) {
            throw new InputException(source + ": " + Shown.text(matrix.name()) + " holds numbers too large for " + to
                    + " in row " + index + "; keep this model in the format it has");
        }
    }

    private Row encode(Matrix matrix, int index) {
        float[] row = new float[matrix.cols()];
        byte[] bytes = new byte[Math.toIntExact(to.bytes(row.length))];
        for (int j = 0; j < row.length; j++) {
            row[j] = matrix.get(index, j);
            if (!Float.isFinite(row[j])) {
                return new Row(bytes, QuantizationError.NONE, j);
            }
        }
        MemorySegment out = MemorySegment.ofArray(bytes);
        encode(row, out);
        return new Row(bytes, QuantizationError.of(row, Matrix.of(matrix.name(), to, 1, row.length, out, 1)), NONE);
    }

    private void encode(float[] row, MemorySegment out) {
        if (BlockEncoder.knows(to)) {
            new BlockEncoder().encode(to, row, row.length, out);
            return;
        }
        for (int j = 0; j < row.length; j++) {
            switch (to) {
                case F32 -> out.set(Matrix.F32_LAYOUT, (long) j * Float.BYTES, row[j]);
                case F16 -> out.set(Matrix.F16_LAYOUT, (long) j * Short.BYTES, Float.floatToFloat16(row[j]));
                case BF16 -> out.set(Matrix.F16_LAYOUT, (long) j * Short.BYTES, FloatFormats.floatToBf16(row[j]));
                default -> throw new IllegalStateException("no tensor is kept as " + to);
            }
        }
    }
}
