package io.mural.weights.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.mural.tensor.InputException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Throws damaged GGUF files at the header parser, as {@link HeaderFuzzTest} does with safetensors: the answer is a checked
 * header or one {@link InputException} of one line.
 */
@Tag("full")
class GgufFuzzTest {
    private static final int ROUNDS = 6_000;

    @TempDir
    Path folder;

    @Test
    void damagedFilesAreReadOrRefusedInOneLine() throws Exception {
        Path file = folder.resolve("x.gguf");
        int read = 0;
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = damaged(new Random(round));
            Files.write(file, bytes);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                check(GgufHeader.read(file, channel), bytes.length);
                read++;
            } catch (InputException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("round %d", round)
                        .startsWith(file.toString())
                        .hasSizeLessThan(file.toString().length() + 600)
                        .matches("\\P{Cntrl}+");
            } catch (RuntimeException | Error e) {
                fail("round " + round, e);
            }
        }
        // Both answers must occur, or the damage is of no use.
        assertThat(read).isGreaterThan(ROUNDS / 100);
        assertThat(refused).isGreaterThan(ROUNDS / 4);
    }

    /** What a header that was let through must keep to: ranges inside the file that do not meet. */
    private static void check(GgufHeader header, long size) {
        var tensors = header.tensors().values();
        for (TensorInfo tensor : tensors) {
            long elements = tensor.shape().stream().reduce(1L, Math::multiplyExact);
            assertThat(tensor.size()).isEqualTo(elements);
            assertThat(tensor.bytes()).isEqualTo(tensor.dtype().bytes(elements));
            assertThat(tensor.offset()).isGreaterThanOrEqualTo(header.dataStart());
            assertThat(tensor.offset() + tensor.bytes()).isLessThanOrEqualTo(size);
            for (TensorInfo other : tensors) {
                assertThat(other.equals(tensor)
                                || other.bytes() == 0
                                || tensor.bytes() == 0
                                || other.offset() + other.bytes() <= tensor.offset()
                                || tensor.offset() + tensor.bytes() <= other.offset())
                        .isTrue();
            }
        }
    }

    private static byte[] damaged(Random random) {
        byte[] file = file(random);
        for (int i = random.nextInt(3); i > 0; i--) {
            damage(file, random);
        }
        return random.nextInt(10) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
    }

    private static byte[] file(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> RawGguf.begin(3, 1, 0).tensor("a", 0, 0, 3, 2).data(24).array();
            case 1 ->
                RawGguf.begin(2, 2, 2)
                        .key("general.architecture", "flux")
                        .key("general.alignment", 32)
                        .tensor("a.weight", 12, 0, 256)
                        .tensor("\u00e9", 30, 160, 4, 1)
                        .data(168)
                        .array();
            default ->
                RawGguf.begin(3, 1, 2)
                        .text("comfy.gguf.orig_shape.q")
                        .i32(9)
                        .i32(5)
                        .i64(2)
                        .i32(2)
                        .i32(32)
                        .text("list")
                        .i32(9)
                        .i32(8)
                        .i64(2)
                        .text("x")
                        .text("yz")
                        .tensor("q", 8, 0, 64)
                        .data(68)
                        .array();
        };
    }

    /** Changes bytes in place: one of any value, a small number of 4 bytes, or a run of the same. */
    private static void damage(byte[] file, Random random) {
        int at = random.nextInt(file.length);
        switch (random.nextInt(3)) {
            case 0 -> file[at] = (byte) random.nextInt(256);
            case 1 -> {
                int to = Math.min(file.length, at / 4 * 4 + 4);
                Arrays.fill(file, at / 4 * 4, to, (byte) 0);
                file[at / 4 * 4] = (byte) random.nextInt(40);
            }
            default -> Arrays.fill(file, at, Math.min(file.length, at + random.nextInt(12)), (byte) -random.nextInt(2));
        }
    }
}
