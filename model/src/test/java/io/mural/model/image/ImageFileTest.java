package io.mural.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.mural.tensor.InputException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFileTest {
    @TempDir
    Path folder;

    private static int[] unsigned(RgbImage image) {
        return IntStream.range(0, image.rgb().length)
                .map(i -> image.rgb()[i] & 0xff)
                .toArray();
    }

    @ParameterizedTest
    @CsvSource({"0, 8, 58", "0, 16, 58f0", "4, 8, 5877", "4, 16, 58f07777"})
    void aGraySampleIsAColourOfThreeSuch(int colours, int bits, String sample) throws IOException {
        var file = new RawPng(1, 1, bits, colours)
                .picture(HexFormat.of().parseHex(sample))
                .in(folder, "gray.png");
        assertThat(unsigned(ImageFile.read(file))).containsExactly(0x58, 0x58, 0x58);
    }

    @Test
    void graysOfFewBitsAreSpreadOverTheRange() throws IOException {
        var one = new RawPng(2, 1, 1, RawPng.GRAY).picture(new byte[] {0x40}).in(folder, "one.png");
        assertThat(unsigned(ImageFile.read(one))).containsExactly(0, 0, 0, 255, 255, 255);
        var two = new RawPng(2, 1, 2, RawPng.GRAY).picture(new byte[] {0x60}).in(folder, "two.png");
        assertThat(unsigned(ImageFile.read(two))).containsExactly(85, 85, 85, 170, 170, 170);
        var four = new RawPng(2, 1, 4, RawPng.GRAY).picture(new byte[] {0x5a}).in(folder, "four.png");
        assertThat(unsigned(ImageFile.read(four))).containsExactly(85, 85, 85, 170, 170, 170);
    }

    @Test
    void colourOfSixteenBitsKeepsItsUpperEight() throws IOException {
        var file = new RawPng(1, 1, 16, RawPng.RGB)
                .picture(HexFormat.of().parseHex("58ff66007780"))
                .in(folder, "deep.png");
        assertThat(unsigned(ImageFile.read(file))).containsExactly(0x58, 0x66, 0x77);
    }

    @Test
    void aGrayJpegIsAsBrightAsItsSamples() throws IOException {
        var image = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster()
                .setPixels(0, 0, 16, 16, IntStream.generate(() -> 88).limit(256).toArray());
        var file = folder.resolve("gray.jpg");
        ImageIO.write(image, "jpeg", file.toFile());
        for (int value : unsigned(ImageFile.read(file))) {
            assertThat(value).isBetween(86, 90);
        }
    }

    /** EXIF's data with one tag. */
    private static byte[] exif(ByteOrder order, int orientation) {
        return ByteBuffer.allocate(26)
                .order(order)
                .put((order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM").getBytes(StandardCharsets.ISO_8859_1))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .array();
    }

    /** Rows of the letters a to f, stored as abc and def. */
    @ParameterizedTest
    @CsvSource({
        "1, abc/def",
        "2, cba/fed",
        "3, fed/cba",
        "4, def/abc",
        "5, ad/be/cf",
        "6, da/eb/fc",
        "7, fc/eb/da",
        "8, cf/be/ad",
        "0, abc/def",
        "9, abc/def"
    })
    void aPictureIsTurnedAsTheCameraWasHeld(int orientation, String rows) throws IOException {
        for (var order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            var file = new RawPng(3, 2, 8, RawPng.GRAY)
                    .chunk("eXIf", exif(order, orientation))
                    .picture(RawPng.latin("abc"), RawPng.latin("def"))
                    .in(folder, "a.png");
            var image = ImageFile.read(file);
            var text = new StringBuilder();
            for (int i = 0; i < image.rgb().length; i += 3) {
                text.append(i > 0 && i / 3 % image.width() == 0 ? "/" : "").append((char) image.rgb()[i]);
            }
            assertThat(text).hasToString(rows);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4949", "49492a00ffffffff", "49492a0008000000ffff", "4d4d002a00000008000101120003"})
    void damagedExifTurnsNothing(String hex) {
        assertThat(Orientation.of(HexFormat.of().parseHex(hex))).isEqualTo(Orientation.UPRIGHT);
    }

    @Test
    void aPhotoIsTurned() throws IOException {
        var stored = jpeg(false);
        var segment = new ByteArrayOutputStream();
        var data = exif(ByteOrder.BIG_ENDIAN, 6);
        segment.write(stored, 0, 2);
        segment.writeBytes(HexFormat.of().parseHex("ffffe1"));
        segment.writeBytes(
                ByteBuffer.allocate(2).putShort((short) (2 + 6 + data.length)).array());
        segment.writeBytes(RawPng.latin("Exif\0\0"));
        segment.writeBytes(data);
        segment.write(stored, 2, stored.length - 2);
        var upright = ImageFile.read(Files.write(folder.resolve("a.jpg"), stored));
        var turned = ImageFile.read(Files.write(folder.resolve("b.jpg"), segment.toByteArray()));
        assertThat(turned.rgb()).isEqualTo(Orientation.upright(upright, 6).rgb());
        assertThat(turned.width()).isEqualTo(upright.height());
    }

    private static byte[] jpeg(boolean progressive) throws IOException {
        var image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64 * 48; i++) {
            image.setRGB(i % 64, i / 64, i * 3251 & 0xffffff);
        }
        var out = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        var param = writer.getDefaultWriteParam();
        param.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
        try (var stream = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), param);
        }
        writer.dispose();
        return out.toByteArray();
    }

    private static byte[] encoded(String format) throws IOException {
        var image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64 * 48; i++) {
            image.setRGB(i % 64, i / 64, i * 3251 & 0xffffff);
        }
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    @Test
    void whatIsCutShortIsRefused() throws IOException {
        var whole = new byte[][] {jpeg(false), jpeg(true), encoded("png"), encoded("gif"), encoded("bmp")};
        for (int kind = 0; kind < whole.length; kind++) {
            var file = folder.resolve(kind + ".jpg");
            assertThat(ImageFile.read(Files.write(file, whole[kind])).height()).isEqualTo(48);
            for (double part : new double[] {0.05, 0.3, 0.6, 0.9}) {
                Files.write(file, Arrays.copyOf(whole[kind], (int) (whole[kind].length * part)));
                assertThatThrownBy(() -> ImageFile.read(file))
                        .as("%s of picture %s", part, kind)
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("is a damaged picture");
            }
        }
    }

    @Test
    void aPictureWhoseBytesWereChangedIsRefused() throws IOException {
        var png = new RawPng(16, 1, 8, RawPng.GRAY).picture(new byte[16]).bytes();
        png[png.length - 18] ^= 1; // within IDAT
        var file = Files.write(folder.resolve("a.png"), png);
        assertThatThrownBy(() -> ImageFile.read(file)).hasMessageContaining("the checksum of the chunk IDAT is wrong");
    }

    @Test
    void sizesAreReadBeforePixels() throws IOException {
        var gif = "474946383961" + "3075" + "3075" + "800000" + "000000ffffff" + "2c00000000" + "3075" + "3075" + "00"
                + "0202";
        var files = new Path[] {
            new RawPng(30_000, 30_000, 1, RawPng.GRAY).picture(new byte[0]).in(folder, "claim.png"),
            Files.write(folder.resolve("claim.gif"), HexFormat.of().parseHex(gif)),
            new RawPng(15_000, 15_000, 1, RawPng.GRAY)
                    .chunk("IDAT", RawPng.compressed(new byte[15_000 * 1876]))
                    .chunk("IEND")
                    .in(folder, "real.png"),
        };
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (var file : files) {
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThatThrownBy(() -> ImageFile.read(file))
                    .isInstanceOf(InputException.class)
                    .hasMessageMatching(".*(bytes cannot hold|too large to read).*");
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(16 << 20);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "52494646000000005745425056503820, a WebP file",
        "000000206674797061766966, an AVIF file",
        "000000206674797068656963, a HEIF",
        "49492a0008000000, a TIFF file",
        "68656c6c6f, is not a picture that can be read",
    })
    void otherFilesAreNamed(String hex, String name) throws IOException {
        var file = Files.write(folder.resolve("a.jpg"), HexFormat.of().parseHex(hex));
        assertThatThrownBy(() -> ImageFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(name);
    }
}
