package io.mural.weights.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Matrix;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.GgufWriter;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.names.Goldens;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.Weights;
import io.mural.weights.quantize.Quantization.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rewritten models are, under diffusers' names, the models they were made of, up to the error that was told. */
class QuantizationTest {
    private static final Path NANO = Goldens.MODELS.resolve("mural-nano/transformer");
    private static final Path TINY = Goldens.FLUX1.resolve("transformer");

    @TempDir
    Path folder;

    private List<Quantization.Done> quantize(Path in, Target target, Path out) {
        List<Quantization.Done> done = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(in)) {
            Quantization plan = Quantization.of(checkpoint, target);
            long size = plan.bytesAfter();
            plan.write(out, done::add);
            assertThat(done).hasSize(plan.count());
            assertThat(Files.size(out)).isEqualTo(size);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return done;
    }

    /** Tensor by tensor, each error within {@code bound} of the largest of 32 or 256 neighbours: a block's. */
    private static void compare(Path before, Path after, Part part, double bound) {
        try (Checkpoint one = Checkpoint.open(before);
                Checkpoint other = Checkpoint.open(after)) {
            Weights expected = KeyStyles.weights(one, part);
            Weights actual = KeyStyles.weights(other, part);
            assertThat(actual.names()).isEqualTo(expected.names());
            for (String name : expected.names()) {
                var shape = expected.shape(name);
                assertThat(actual.shape(name)).as(name).isEqualTo(shape);
                if (shape.rank() == 1) {
                    assertThat(actual.vector(name, shape.cols()).toArray())
                            .as(name)
                            .isEqualTo(expected.vector(name, shape.cols()).toArray());
                } else {
                    compare(name, expected, actual, bound);
                }
            }
        }
    }

    private static void compare(String name, Weights expected, Weights actual, double bound) {
        var shape = expected.shape(name);
        var mine = actual.matrix(name, shape.dim(0), shape.dim(1));
        var theirs = expected.matrix(name, shape.dim(0), shape.dim(1));
        int block = mine.dtype().blockSize();
        for (int row = 0; row < mine.rows(); row++) {
            for (int from = 0; from < mine.cols(); from += block) {
                double largest = 0;
                double error = 0;
                for (int col = from; col < Math.min(from + block, mine.cols()); col++) {
                    largest = Math.max(largest, Math.abs(theirs.get(row, col)));
                    error = Math.max(error, Math.abs(theirs.get(row, col) - mine.get(row, col)));
                }
                if (error > (block == 1 ? 0 : bound * largest)) {
                    fail("%s [%d, %d..]: error %s of %s", name, row, from, error, largest);
                }
            }
        }
    }

    @Test
    void q8IsWithinHalfAStepOfItsBlocks() {
        Path out = folder.resolve("nano.gguf");
        var done = quantize(NANO, Target.Q8, out);
        // half of 1/127 of the block's largest weight, and the scale's own rounding, 2^-11 of it
        compare(NANO, out, Part.TRANSFORMER, 0.5 / 127 + 0x1p-11);
        assertThat(done)
                .filteredOn(tensor -> tensor.to() == DType.Q8_0)
                .hasSizeGreaterThan(20)
                .allSatisfy(tensor -> {
                    assertThat(tensor.shape()).hasSize(2);
                    assertThat(tensor.error().relative()).isBetween(0.003, 0.01);
                });
        assertThat(done)
                .filteredOn(tensor -> tensor.to() != DType.Q8_0)
                .allSatisfy(tensor -> assertThat(tensor.error().worst()).isZero());
        assertThat(done).extracting(Quantization.Done::name).contains("double_blocks.1.txt_attn.qkv.weight");
        assertThat(done)
                .filteredOn(tensor -> tensor.name().startsWith("final_layer."))
                .extracting(Quantization.Done::to)
                .containsOnly(DType.BF16, DType.F32);
    }

    @Test
    void q4IsWithinAStepOfItsBlocks() {
        Path out = folder.resolve("nano.gguf");
        var done = quantize(NANO, Target.Q4, out);
        // steps are at most a 15th of twice the block's largest weight; parts' factors are rounded to 1/63 of it
        compare(NANO, out, Part.TRANSFORMER, 2.0 / 15);
        assertThat(done)
                .filteredOn(tensor -> tensor.to() == DType.Q4_K)
                .isNotEmpty()
                .allSatisfy(tensor -> {
                    assertThat(tensor.shape().getLast() % 256).isZero();
                    assertThat(tensor.error().relative()).isBetween(0.05, 0.085);
                });
        assertThat(done)
                .filteredOn(tensor -> tensor.to() == DType.Q5_0)
                .isNotEmpty()
                .allSatisfy(tensor -> assertThat(tensor.error().relative()).isBetween(0.03, 0.06));
    }

    @Test
    void aFolderAndASingleFileGiveTheSameFile() throws IOException {
        Path one = folder.resolve("folder.gguf");
        Path other = folder.resolve("single.gguf");
        quantize(TINY, Target.Q8, one);
        quantize(Goldens.SINGLE_FILES.resolve("flux1-tiny.safetensors"), Target.Q8, other);
        assertThat(Files.mismatch(one, other)).isEqualTo(-1);
        compare(TINY, one, Part.TRANSFORMER, 0.5 / 127 + 0x1p-11);
    }

    @Test
    void otherPartsAndFamilies() {
        Path flux2 = Goldens.FOLDER.resolve("flux2-tiny");
        for (Path in : List.of(
                Goldens.FLUX1.resolve("text_encoder_2"), flux2.resolve("transformer"), flux2.resolve("text_encoder"))) {
            Path out = folder.resolve(in.getFileName() + ".gguf");
            quantize(in, Target.Q8, out);
            try (Checkpoint written = Checkpoint.open(out)) {
                Part part = KeyStyles.parts(written).keySet().iterator().next();
                compare(in, out, part, 0.5 / 127 + 0x1p-11);
            }
        }
    }

    @Test
    void fp8KeepsItsScale() {
        Path single = Goldens.SINGLE_FILES.resolve("flux1-tiny-fp8.safetensors");
        Path out = folder.resolve("fp8.gguf");
        var done = quantize(single, Target.Q8, out);
        assertThat(done).extracting(Quantization.Done::from).contains(DType.F8_E4M3);
        // bfloat16 holds what E4M3 does
        compare(single, out, Part.TRANSFORMER, 0.5 / 127 + 0x1p-11);
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void refusesWhatIsRoundedAlready(Target target) {
        Path out = folder.resolve("nano.gguf");
        quantize(NANO, Target.Q8, out);
        refused(out, target, "is Q8_0 already; quantize from the original weights");
    }

    @Test
    void formatsMayDifferFromTensorToTensor() {
        Path mixed = withValue(0.25f);
        Path out = folder.resolve("mixed.gguf");
        quantize(mixed, Target.Q8, out);
        compare(mixed, out, Part.TRANSFORMER, 0.5 / 127 + 0x1p-11);
    }

    @Test
    void refusesWhatIsNoModel() {
        refused(Goldens.FLUX1.resolve("vae"), Target.Q8, "holds neither a FLUX transformer nor a T5 or Qwen3");
    }

    @Test
    void refusesWeightsThatAreNoNumbers() {
        refused(withValue(Float.NaN), Target.Q8, "attn.to_k.weight holds NaN at [2, 5]; a model with such weights");
        refused(withValue(Float.NEGATIVE_INFINITY), Target.Q4, "holds -Infinity at [2, 5]");
        refused(withValue(1e30f), Target.Q8, "holds numbers too large for Q8_0 in row 2");
        assertThat(folder).isDirectoryNotContaining("glob:**{.gguf,.part}");
    }

    /** The embedded model with one weight changed, whose tensor is float32 beside the others in bfloat16. */
    private Path withValue(float value) {
        Path file = folder.resolve("changed.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(NANO)) {
            var writer = new SafetensorsWriter();
            checkpoint.tensors().forEach((name, info) -> {
                long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
                if (name.equals("transformer_blocks.1.attn.to_k.weight")) {
                    float[] values = checkpoint.floats(name);
                    values[(int) (2 * shape[1] + 5)] = value;
                    writer.add(name, shape, values);
                } else {
                    writer.add(name, info.dtype(), shape, checkpoint.segment(name));
                }
            });
            writer.write(file);
        }
        return file;
    }

    private void refused(Path in, Target target, String words) {
        Path out = folder.resolve("refused.gguf");
        assertThatThrownBy(() -> quantize(in, target, out))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(words);
        assertThat(out).doesNotExist();
    }

    @Test
    void stopsWhenInterruptedAndLeavesNothing() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(NANO)) {
            var plan = Quantization.of(checkpoint, Target.Q4);
            List<String> names = new ArrayList<>();
            assertThatThrownBy(() -> plan.write(folder.resolve("x.gguf"), done -> {
                        names.add(done.name());
                        if (names.size() == 12) {
                            Thread.currentThread().interrupt();
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isFalse();
            assertThat(names).hasSize(12);
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aWriterThatIsGivenTooFewBytesSaysSo() {
        var writer = new GgufWriter().add("a", DType.F32, new long[] {2}, sink -> sink.put(new byte[4], 0, 4));
        assertThatThrownBy(() -> writer.write(folder.resolve("x.gguf")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a: F32 [2] takes 8 bytes, written are 4");
    }

    @Test
    void anEncoderRoundsTheHardBlocks() {
        float[] x = new float[256];
        MemorySegment out = MemorySegment.ofArray(new byte[272]);
        for (float value : new float[] {0, 1e-30f, -1e-30f, 3, -3, 0x1p-24f}) {
            Arrays.fill(x, value);
            for (DType dtype : List.of(DType.Q8_0, DType.Q5_0, DType.Q4_K)) {
                new BlockEncoder().encode(dtype, x, 256, out);
                var matrix = Matrix.of("x", dtype, 1, 256, out.asSlice(0, dtype.bytes(256)), 1);
                // a constant needs no steps: only the scale is rounded, to a half
                double bound = Math.abs(value) < 0x1p-14f ? 0x1p-24 * 128 : Math.abs(value) * 0x1p-7;
                assertThat(Math.abs(matrix.get(0, 77) - value))
                        .as("%s of %s", dtype, value)
                        .isLessThanOrEqualTo((float) bound);
            }
        }
    }
}
