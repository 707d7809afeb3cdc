package io.mural.evaluate.cases;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.evaluate.Goldens;
import io.mural.model.parity.Outcome;
import io.mural.model.parity.Parity;
import io.mural.tensor.DType;
import io.mural.weights.file.SafetensorsWriter;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A comb over two periods has nothing around its harmonics: both the case and mural say that it is not defined. */
class UndefinedValuesTest {
    private static final int SIDE = 64;

    @TempDir
    private Path folder;

    private Outcome.Verdict verdict(double columns, double rows) {
        var image = new byte[SIDE * SIDE * 3];
        new Random(1).nextBytes(image);
        var combs = ByteBuffer.allocate(2 * Double.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(columns)
                .putDouble(rows)
                .flip();
        var file = folder.resolve("seams.safetensors");
        new SafetensorsWriter()
                .metadata("component", "seams")
                .metadata("model", "")
                .metadata("params", "{\"periods\": [32]}")
                .add("in.image", DType.U8, new long[] {SIDE, SIDE, 3}, MemorySegment.ofArray(image))
                .add("out.comb32", DType.F64, new long[] {2}, MemorySegment.ofBuffer(combs))
                .write(file);
        List<Outcome> outcomes = new ArrayList<>();
        new Parity(Goldens::ops, outcomes::add, new EvaluationCases()).run(file);
        return outcomes.getFirst().verdict();
    }

    @Test
    void theyAreEqualWhereBothAreUndefinedOnly() {
        assertThat(verdict(Double.NaN, Double.NaN)).isEqualTo(Outcome.Verdict.PASS);
        assertThat(verdict(Double.NaN, 1)).isEqualTo(Outcome.Verdict.FAIL);
    }
}
