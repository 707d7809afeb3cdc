package io.mural.model.image;

import static io.mural.model.image.RawPng.latin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngFileTest {
    @TempDir
    Path folder;

    private static RawPng small() {
        return new RawPng(1, 1, 8, RawPng.RGB);
    }

    @Test
    void picturesOfAllKindsComeBackAsTheyWere() {
        var random = new Random(1);
        for (int[] size : new int[][] {{1, 1}, {1, 9}, {9, 1}, {37, 21}, {200, 300}}) {
            for (int kind = 0; kind < 4; kind++) {
                var rgb = new byte[size[0] * size[1] * 3];
                for (int i = 0; i < rgb.length; i++) {
                    rgb[i] = (byte)
                            switch (kind) {
                                case 0 -> random.nextInt();
                                case 1 -> i / 3 % size[0];
                                case 2 -> i / 3 / size[0] * 7;
                                default -> i / 3 % size[0] + i / 3 / size[0];
                            };
                }
                var file = folder.resolve("a.png");
                PngFile.write(file, new RgbImage(size[0], size[1], rgb), Map.of());
                var read = ImageFile.read(file);
                assertThat(read.width()).isEqualTo(size[0]);
                assertThat(read.rgb()).isEqualTo(rgb);
            }
        }
    }

    @Test
    void textsOfAnyScriptAndLengthComeBack() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("latin", "Grüße\nÿ");
        texts.put("any", "東京 🐉 \u009b");
        texts.put("empty", "");
        texts.put("long", "海".repeat(1 << 20));
        var file = folder.resolve("a.png");
        PngFile.write(file, new RgbImage(1, 1, new byte[3]), texts);
        assertThat(PngFile.texts(file)).isEqualTo(texts);
    }

    @Test
    void rowsThatAreMissingAreAFaultAndNoFile() {
        assertThatThrownBy(() -> PngFile.write(
                        folder.resolve("a.png"), 2, 3, Map.of(), sink -> sink.rows(new RgbImage(2, 1, new byte[6]))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("1 of 3 rows were given");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void chunksThatNobodyNeedsArePassedOver() throws IOException {
        var file = small().chunk("bKGD", (byte) 1)
                .chunk("tRNS")
                .chunk("iCCP", (byte) 0)
                .chunk("tEXt", latin("a\0b"))
                .picture(new byte[3])
                .in(folder, "a.png");
        assertThat(PngFile.contents(file)).isEqualTo(new PngFile.Contents(1, 1, 8, Map.of("a", "b")));
        assertThat(ImageFile.read(small().chunk("gAMA", (byte) 1)
                                .picture(new byte[3])
                                .in(folder, "b.png"))
                        .rgb())
                .containsExactly(0, 0, 0);
    }

    @Test
    void damageIsOneLineThatNamesIt() throws IOException {
        Map<String, byte[]> damaged = new LinkedHashMap<>();
        damaged.put(
                "2147483647 bytes, but 2 are left",
                small().chunk("tEXt", Integer.MAX_VALUE, latin("a\0")).bytes());
        damaged.put("4294967295 bytes", small().chunk("IDAT", -1).bytes());
        damaged.put(
                "holds no text",
                small().chunk("tEXt", latin("no end")).picture(new byte[3]).bytes());
        damaged.put(
                "\"k\" is cut short",
                small().chunk("zTXt", latin("k\0\0")).picture(new byte[3]).bytes());
        damaged.put(
                "\"k\" cannot be decompressed",
                small().chunk("zTXt", latin("k\0\0xxxx")).picture(new byte[3]).bytes());
        damaged.put(
                "iTXt holds no text",
                small().chunk("iTXt", latin("k\0\0\0en\0")).picture(new byte[3]).bytes());
        damaged.put("does not begin with its size", withoutHead());
        damaged.put("its size is none", new RawPng(0, 1, 8, RawPng.RGB).bytes());
        damaged.put("cut short behind the chunk IHDR", small().bytes());
        damaged.put(
                "checksum of the chunk tEXt",
                flipped(
                        small().chunk("tEXt", latin("a\0b"))
                                .picture(new byte[3])
                                .bytes(),
                        42));
        for (var each : damaged.entrySet()) {
            var file = Files.write(folder.resolve("a.png"), each.getValue());
            assertThatThrownBy(() -> PngFile.contents(file))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith(file + " is not a readable PNG file: ")
                    .hasMessageContaining(each.getKey());
        }
    }

    private static byte[] withoutHead() {
        var whole = small().chunk("tEXt", latin("a\0b")).bytes();
        var rest = Arrays.copyOfRange(whole, 25, whole.length);
        System.arraycopy(whole, 0, rest, 0, 8);
        return rest;
    }

    private static byte[] flipped(byte[] bytes, int at) {
        bytes[at] ^= 1;
        return bytes;
    }

    @Test
    void aSmallFileTakesLittleMemoryWhateverItClaims() throws IOException {
        var bomb = RawPng.compressed(new byte[20 << 20]);
        var text = Arrays.copyOf(latin("k\0\0"), 3 + bomb.length);
        System.arraycopy(bomb, 0, text, 3, bomb.length);
        var files = new Path[] {
            small().chunk("zTXt", text).picture(new byte[3]).in(folder, "text.png"),
            small().chunk("tEXt", 800 << 20, latin("a\0")).in(folder, "length.png"),
        };
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (var file : files) {
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThatThrownBy(() -> PngFile.contents(file)).isInstanceOf(InputException.class);
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(64 << 20);
        }
    }

    @Test
    void manySmallBombsAreOneLargeOne() throws IOException {
        var png = small();
        var bomb = RawPng.compressed(new byte[5 << 20]);
        for (int i = 0; i < 2; i++) {
            var text = Arrays.copyOf(latin(i + "\0\0"), 3 + bomb.length);
            System.arraycopy(bomb, 0, text, 3, bomb.length);
            png.chunk("zTXt", text);
        }
        var file = png.picture(new byte[3]).in(folder, "a.png");
        assertThatThrownBy(() -> PngFile.texts(file)).hasMessageContaining("texts are longer than 8 MiB");
    }

    @Test
    void whatIsNoFileIsNotRead() {
        assertThatThrownBy(() -> PngFile.texts(Path.of("/dev/zero")))
                .hasMessage("/dev/zero is not a file; expected a PNG picture");
        assertThatThrownBy(() -> PngFile.texts(folder)).hasMessageContaining("is not a file");
        assertThatThrownBy(() -> PngFile.texts(folder.resolve("none.png"))).hasMessageContaining("no such file");
    }
}
