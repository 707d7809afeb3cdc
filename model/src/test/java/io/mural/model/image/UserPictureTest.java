package io.mural.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures as cameras, phones and printers' programs leave them. */
class UserPictureTest {
    private static final int PALETTE = 3;
    private static final int RGB_ALPHA = 6;
    private static final int SIDE = 16;

    @TempDir
    private Path folder;

    private static int[] pixel(RgbImage image, int x, int y) {
        int at = (y * image.width() + x) * 3;
        return new int[] {image.rgb()[at] & 0xff, image.rgb()[at + 1] & 0xff, image.rgb()[at + 2] & 0xff};
    }

    /** A JPEG file of four samples a pixel, as they are; with Adobe's segment where {@code transform} is not negative. */
    private Path printed(int transform, int... samples) throws IOException {
        var raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, SIDE, SIDE, samples.length, null);
        for (int i = 0; i < SIDE * SIDE; i++) {
            raster.setPixel(i % SIDE, i / SIDE, samples);
        }
        var out = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (var stream = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(raster, null, null), null);
        } finally {
            writer.dispose();
        }
        var adobe = transform < 0 ? new byte[0] : HexFormat.of().parseHex("ffee000e41646f626500640000000000");
        if (transform > 0) {
            adobe[adobe.length - 1] = (byte) transform;
        }
        return Files.write(folder.resolve("print.jpg"), behindStart(out.toByteArray(), adobe));
    }

    /** A JPEG file with more behind its first marker. */
    private static byte[] behindStart(byte[] jpeg, byte... more) {
        return ByteBuffer.allocate(jpeg.length + more.length)
                .put(jpeg, 0, 2)
                .put(more)
                .put(jpeg, 2, jpeg.length - 2)
                .array();
    }

    /**
     * Light of 200, 100, 50 with all of it left by black: as Adobe stores it; as ink; and as luma and chroma of the ink, which
     * is 55, 155, 205.
     */
    @ParameterizedTest
    @CsvSource({"0, 200, 100, 50, 255", "-1, 55, 155, 205, 0", "2, 131, 170, 74, 255"})
    void printersColoursAreConvertedAndToldOf(int transform, int a, int b, int c, int black) throws IOException {
        var picture = UserPicture.of("print.jpg", printed(transform, a, b, c, black));
        int[] rgb = pixel(picture.image(), 5, 7);
        assertThat(rgb[0]).isCloseTo(200, within(4));
        assertThat(rgb[1]).isCloseTo(100, within(4));
        assertThat(rgb[2]).isCloseTo(50, within(4));
        assertThat(picture.notes()).singleElement().asString().contains("print.jpg", "CMYK", "without a profile");
    }

    @Test
    void blackInkTakesLightAway() throws IOException {
        int[] rgb = pixel(UserPicture.of("a", printed(-1, 0, 0, 0, 155)).image(), 0, 0);
        assertThat(rgb[0]).isCloseTo(100, within(4));
        assertThat(rgb[2]).isCloseTo(100, within(4));
    }

    /** Lightness 50 is 119 in sRGB; without the profile it is cyan. As ink, and as Adobe stores it. */
    @ParameterizedTest
    @CsvSource({"-1, 255, 0", "0, 0, 255"})
    void printersColoursAreThoseOfTheirProfile(int transform, int all, int none) throws IOException {
        var plain = printed(transform, all, none, none, none);
        var file = Files.write(plain, behindStart(Files.readAllBytes(plain), PrinterProfile.segment()));
        var picture = UserPicture.of("print.jpg", file);
        int[] rgb = pixel(picture.image(), 5, 7);
        for (int c = 0; c < 3; c++) {
            assertThat(rgb[c]).isCloseTo(119, within(3));
        }
        assertThat(picture.notes()).singleElement().asString().contains("print.jpg", "CMYK", "by its profile");
    }

    private static byte[] profile(int space) {
        var name = RawPng.latin("a\0\0");
        var data = RawPng.compressed(ICC_Profile.getInstance(space).getData());
        return ByteBuffer.allocate(name.length + data.length)
                .put(name)
                .put(data)
                .array();
    }

    /** 88 of 255 of the light is 159 in sRGB. */
    @Test
    void profilesOfGrayAndOfColoursAreConverted() throws IOException {
        var gray = new RawPng(1, 1, 8, RawPng.GRAY)
                .chunk("iCCP", profile(ColorSpace.CS_GRAY))
                .picture(new byte[] {88})
                .in(folder, "gray.png");
        var colour = new RawPng(1, 1, 8, RawPng.RGB)
                .chunk("iCCP", profile(ColorSpace.CS_LINEAR_RGB))
                .picture(new byte[] {88, 88, 88})
                .in(folder, "colour.png");
        var deep = new RawPng(1, 1, 16, RawPng.RGB)
                .chunk("iCCP", profile(ColorSpace.CS_LINEAR_RGB))
                .picture(new byte[] {88, 0, 88, 0, 88, 0})
                .in(folder, "deep.png");
        for (var file : new Path[] {gray, colour, deep, linearJpeg()}) {
            var picture = UserPicture.of("a picture", file);
            assertThat(picture.notes())
                    .as("%s", file)
                    .containsExactly("a picture: its colour profile is converted to sRGB");
            for (int value : pixel(picture.image(), 0, 0)) {
                assertThat(value).as("%s", file).isCloseTo(159, within(5));
            }
        }
        var wrong = new RawPng(1, 1, 8, RawPng.RGB)
                .chunk("iCCP", profile(ColorSpace.CS_GRAY))
                .picture(new byte[] {88, 88, 88})
                .in(folder, "wrong.png");
        assertThat(UserPicture.of("a", wrong).notes()).isEmpty();
    }

    private Path linearJpeg() throws IOException {
        var out = new ByteArrayOutputStream();
        var rgb = new byte[SIDE * SIDE * 3];
        java.util.Arrays.fill(rgb, (byte) 88);
        JpegFile.write(out, new RgbImage(SIDE, SIDE, rgb), 95);
        var data = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
        var head = RawPng.latin("ICC_PROFILE\0\1\1");
        var segment = ByteBuffer.allocate(4 + head.length + data.length)
                .putShort((short) 0xffe2)
                .putShort((short) (2 + head.length + data.length))
                .put(head)
                .put(data)
                .array();
        return Files.write(folder.resolve("linear.jpg"), behindStart(out.toByteArray(), segment));
    }

    /** A palette's, a colour's, a channel's of 8 and of 16 bits: half of each shows white. */
    @Test
    void transparentPlacesShowWhite() throws IOException {
        var palette = new RawPng(2, 1, 8, PALETTE)
                .chunk("PLTE", (byte) 10, (byte) 20, (byte) 30)
                .chunk("tRNS", (byte) 0)
                .picture(new byte[] {0, 0});
        var colour = new RawPng(2, 1, 8, RawPng.RGB)
                .chunk("tRNS", (byte) 0, (byte) 10, (byte) 0, (byte) 20, (byte) 0, (byte) 30)
                .picture(new byte[] {10, 20, 30, 10, 20, 30});
        var channel = new RawPng(2, 1, 8, RGB_ALPHA).picture(new byte[] {10, 20, 30, 0, 10, 20, 30, 0});
        var deep = new RawPng(2, 1, 16, RGB_ALPHA)
                .picture(HexFormat.of().parseHex("0a00140000ff0000" + "0a00140000ff0000"));
        for (var png : new RawPng[] {palette, colour, channel, deep}) {
            var picture = UserPicture.of("a.png", png.in(folder, "a.png"));
            assertThat(picture.notes()).containsExactly("a.png is transparent; it is laid on white");
            assertThat(pixel(picture.image(), 1, 0)).containsExactly(255, 255, 255);
            try (var rows = picture.rows()) {
                var row = new byte[6];
                rows.read(row);
                assertThat(row).containsOnly((byte) 255);
            }
        }
    }

    /** EXIF behind the pixels counts, too: 6 is turned to the right. */
    @Test
    void rowsOfAPictureThatWasHeldOnItsSideAreUpright() throws IOException {
        var exif = HexFormat.of().parseHex("4d4d002a00000008000101120003000000010006" + "000000000000");
        var stored = new RawPng(2, 1, 8, RGB_ALPHA)
                .chunk("IDAT", RawPng.compressed(new byte[] {0, 1, 2, 3, (byte) 255, 4, 5, 6, 0}))
                .chunk("eXIf", exif)
                .chunk("IEND");
        var picture = UserPicture.of("a.png", stored.in(folder, "a.png"));
        try (var rows = picture.rows()) {
            assertThat(rows.width()).isEqualTo(1);
            assertThat(rows.height()).isEqualTo(2);
            assertThat(rows.isWhole()).isTrue();
            var row = new byte[3];
            rows.read(row);
            assertThat(row).containsExactly(1, 2, 3);
            rows.read(row);
            assertThat(row).containsOnly((byte) 255);
        }
        assertThat(pixel(picture.image(), 0, 0)).containsExactly(1, 2, 3);
    }
}
