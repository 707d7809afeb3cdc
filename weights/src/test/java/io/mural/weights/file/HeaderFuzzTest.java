package io.mural.weights.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.mural.tensor.InputException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Throws damaged files at the header parser. Whatever the damage, the answer is a checked header or one
 * {@link InputException} of one line; the random numbers are fixed, so a failure can be repeated by its round.
 */
@Tag("full")
class HeaderFuzzTest {
    private static final int ROUNDS = 20_000;
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u0000",
            "\\ud800",
            "0",
            "-1",
            "1e9",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "4294967296",
            "null",
            "true",
            "\"dtype\"",
            "\"shape\"",
            "\"data_offsets\"",
            "\"__metadata__\"",
            "\"F32\"",
            "\"BF16\"",
            "\"F4\"",
            "[0,0]",
            "[]",
            "{}",
            " ",
            "\n",
            "\0");

    @TempDir
    Path folder;

    @Test
    void damagedFilesAreReadOrRefusedInOneLine() throws Exception {
        Path file = folder.resolve("x.safetensors");
        int read = 0;
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(round);
            Files.write(file, damaged(random));
            try {
                check(SafetensorsHeader.read(file), Files.size(file));
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

    /** What a header that was let through must keep to, counted in another way than the parser does. */
    private static void check(SafetensorsHeader header, long size) {
        long next = header.dataStart();
        var tensors = header.tensors().values().stream()
                .sorted(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::bytes))
                .toList();
        for (TensorInfo tensor : tensors) {
            assertThat(tensor.offset()).isEqualTo(next);
            assertThat(tensor.bytes())
                    .isEqualTo(
                            tensor.shape().stream().reduce((long) tensor.dtype().bytes(), Math::multiplyExact));
            next += tensor.bytes();
        }
        assertThat(next).isEqualTo(size);
    }

    private static byte[] damaged(Random random) {
        byte[] header = header(random);
        for (int i = random.nextInt(3); i > 0; i--) {
            header = damage(header, random);
        }
        long length = random.nextInt(20) == 0 ? random.nextLong() >> random.nextInt(64) : header.length;
        int data = random.nextInt(10) == 0 ? random.nextInt(64) : 24;
        byte[] file = ByteBuffer.allocate(8 + header.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(header)
                .array();
        return random.nextInt(20) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
    }

    /** A right header for 24 bytes of data, of one to three tensors. */
    private static byte[] header(Random random) {
        String header = switch (random.nextInt(3)) {
            case 0 -> RawFile.entry("a", "F32", "[2,3]", 0, 24);
            case 1 ->
                "\"__metadata__\":{\"format\":\"pt\"}," + RawFile.entry("a", "F64", "[2]", 0, 16) + ","
                        + RawFile.entry("b.weight", "F16", "[4,1]", 16, 24);
            default ->
                RawFile.entry("\u00e9\ud83d\ude00", "I32", "[]", 0, 4) + ","
                        + RawFile.entry("empty", "BF16", "[0]", 4, 4) + ","
                        + RawFile.entry("u", "U8", "[20]", 4, 24);
        };
        return ("{" + header + "}" + " ".repeat(random.nextInt(8))).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] damage(byte[] header, Random random) {
        if (header.length == 0) {
            return header;
        }
        int from = random.nextInt(header.length);
        int to = Math.min(header.length, from + random.nextInt(12));
        byte[] piece = switch (random.nextInt(5)) {
            case 0 -> new byte[] {(byte) random.nextInt(256)};
            case 1 -> Arrays.copyOfRange(header, random.nextInt(header.length), header.length);
            case 2 -> new byte[0];
            default -> PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8);
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(header, 0, from);
        out.writeBytes(piece);
        out.write(header, to, header.length - to);
        return out.toByteArray();
    }
}
