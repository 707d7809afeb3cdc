package io.mural.weights.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Matrix;
import io.mural.weights.names.Weights;
import io.mural.weights.quantize.BlockEncoder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GgufHeaderTest {
    @TempDir
    Path folder;

    /**
     * Written by the Python package gguf 0.19.0: random blocks of every format with what the package makes of them, numbers
     * with what it rounds them to, and keys of every kind.
     */
    private Path reference() throws IOException {
        Path file = folder.resolve("reference.gguf");
        try (var in = GgufHeaderTest.class.getResourceAsStream("reference.gguf")) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    @Test
    void readsWhatTheReferenceWrote() throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(reference())) {
            assertThat(checkpoint.metadata())
                    .containsEntry("general.architecture", "flux")
                    .containsEntry("general.name", "reference")
                    .containsEntry("some.uint32", "4000000000")
                    .containsEntry("some.int64", "-5")
                    .containsEntry("some.float32", "0.5")
                    .containsEntry("some.bool", "true")
                    .containsEntry("some.uint8", "200")
                    .containsEntry("some.float64", "1.0E300")
                    .doesNotContainKeys("some.texts", "some.numbers");
            assertThat(checkpoint.info("Q4_K.weight").dtype()).isEqualTo(DType.Q4_K);
            assertThat(checkpoint.info("Q4_K.weight").shape()).containsExactly(3L, 512L);
            assertThat(checkpoint.info("Q4_K.weight").bytes()).isEqualTo(3 * 2 * 144);
            assertThat(checkpoint.info("BF16").shape()).containsExactly(3L, 5L);
            assertThat(checkpoint.info("reshaped.weight").shape()).containsExactly(4L, 2L, 3L, 2L);
            assertThat(checkpoint.floats("reshaped.weight")).startsWith(0, 1, 2).hasSize(48);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ANY, names = "Q\\d_[01K]")
    void blocksHoldWhatTheReferenceMakesOfThem(DType dtype) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(reference())) {
            float[] expected = checkpoint.floats(dtype + ".dequantized");
            assertThat(expected).hasSize(3 * 512);
            assertThat(Arrays.stream(values(checkpoint, dtype + ".weight")).toArray())
                    .isEqualTo(widened(expected));
            // and so do rows of a matrix
            Matrix rows =
                    Weights.of(checkpoint).matrix(dtype + ".weight", 3, 512).rows(1, 3);
            for (int row = 0; row < 2; row++) {
                for (int col = 0; col < 512; col++) {
                    assertThat(rows.get(row, col) + 0f)
                            .as("[%d, %d]", row, col)
                            .isEqualTo(expected[512 * (row + 1) + col] + 0f);
                }
            }
        }
    }

    private static double[] values(Checkpoint checkpoint, String name) {
        return widened(checkpoint.floats(name));
    }

    /** Zeros of both signs as one. */
    private static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i] + 0.0;
        }
        return wide;
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"Q8_0", "Q5_0"})
    void roundsAsTheReferenceDoes(DType dtype) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(reference())) {
            float[] original = checkpoint.floats("original");
            byte[] expected = checkpoint.segment(dtype + ".quantized").toArray(ValueLayout.JAVA_BYTE);
            byte[] rounded = new byte[expected.length];
            new BlockEncoder().encode(dtype, original, original.length, MemorySegment.ofArray(rounded));
            assertThat(rounded).isEqualTo(expected);
        }
    }

    @Test
    void readsVersionTwoAndOtherAlignments() throws Exception {
        byte[] header = RawGguf.begin(2, 2, 2)
                .key("general.architecture", "flux")
                .key("general.alignment", 64)
                .tensor("a", 0, 0, 3, 2)
                .tensor("b", 8, 64, 32)
                .array();
        int start = (header.length + 63) / 64 * 64;
        Path file = Files.write(folder.resolve("x.gguf"), Arrays.copyOf(header, start + 64 + 34));
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThat(checkpoint.info("a"))
                    .isEqualTo(new TensorInfo("a", DType.F32, List.of(2L, 3L), file, start, 24));
            assertThat(checkpoint.info("b"))
                    .isEqualTo(new TensorInfo("b", DType.Q8_0, List.of(32L), file, start + 64, 34));
        }
    }

    @Test
    void refusesOtherVersionsAndPieces() throws Exception {
        refused(RawGguf.begin(1, 0, 0), "is a GGUF file of version 1; versions 2 and 3 are read");
        refused(RawGguf.begin(0x03000000, 0, 0), "is a GGUF file for big-endian machines");
        refused(RawGguf.begin(3, 0, 1).key("split.count", 3), "is one of 3 pieces");
    }

    @Test
    void refusesCountsAndLengthsThatCannotBe() throws Exception {
        refused(RawGguf.begin(3, 99, 0), "the number of tensors is 99, but only 8 bytes follow");
        refused(RawGguf.begin(3, -1, 0), "the number of tensors is 18446744073709551615, larger than any file");
        refused(RawGguf.begin(3, 0, 1L << 40), "the number of keys is 1099511627776, the most is 100000");
        refused(RawGguf.begin(3, 0, 1).i64(1 << 20).data(99), "the name of a key has 1048576 bytes, the most is 1024");
        refused(RawGguf.begin(3, 0, 1).i64(500).data(99), "the name of a key should have 500 bytes, but only");
        refused(RawGguf.begin(3, 0, 1).i64(2).bytes(0xff, 0xff).data(99), "the name of a key is not valid UTF-8");
        refused(RawGguf.begin(3, 0, 1).text("k").i32(99).data(9), "the key \"k\" has values of the unknown type 99");
        refused(
                RawGguf.begin(3, 0, 1).text("k").i32(9).i32(4).i64(1L << 61).data(9),
                "the length of the key \"k\" is 2305843009213693952, but only");
        refused(RawGguf.begin(3, 0, 1).text("k").i32(9).i32(9).i64(1).data(9), "has values of the unknown type 9");
        refused(RawGguf.begin(3, 0, 2).key("k", 1).key("k", 1), "the key \"k\" stands there twice");
        refused(
                RawGguf.begin(3, 0, 1).key("general.alignment", 24),
                "general.alignment is 24, expected a power of two");
    }

    @Test
    void refusesTensorsThatCannotBe() throws Exception {
        refused(tensors(1).tensor("a", 23, 0, 256).data(256), "\"a\" is IQ4_XS, a format that is not read; read are");
        refused(tensors(1).tensor("a", 99, 0, 256).data(256), "\"a\" is type 99, a format that is not read");
        refused(
                tensors(1).tensor("a", 12, 0, 128, 2).data(144),
                "\"a\" is Q4_K [2, 128], but rows of 128 are no whole");
        refused(tensors(1).tensor("a", 0, 0, 1L << 40, 1L << 40).data(9), "larger than any file");
        refused(tensors(1).tensor("a", 0, 0, 1, 1, 1, 1, 1).data(9), "has 5 dimensions, the most is 4");
        refused(
                tensors(1).tensor("a", 0, 0, 9).data(32),
                "takes 36 bytes from byte 0 of the data on, but the file holds 32");
        refused(tensors(1).tensor("a", 0, 32, 2).data(64), "begins at byte 32 of the data, expected 0");
        refused(
                tensors(2).tensor("a", 0, 0, 2).tensor("b", 0, 4, 1).data(32),
                "\"b\" begins at byte 4 of the data, expected 32");
        refused(tensors(2).tensor("a", 0, 0, 2).tensor("a", 0, 32, 1).data(64), "two tensors have the name \"a\"");
        refused(tensors(1).tensor("a", 0, 0, 2).data(64), "56 bytes after the last tensor belong to no tensor");
        refused(tensors(1).tensor("a", 0, 0, 1L << 63).data(64), "is 9223372036854775808, larger than any file");
    }

    private static RawGguf tensors(int count) {
        return RawGguf.begin(3, count, 0);
    }

    private void refused(RawGguf bytes, String words) throws IOException {
        Path file = Files.write(folder.resolve("bad.gguf"), bytes.array());
        assertThatThrownBy(() -> Checkpoint.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(words);
    }
}
