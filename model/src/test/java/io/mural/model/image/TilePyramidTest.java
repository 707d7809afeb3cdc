package io.mural.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pyramids of tiles, written from rows, hold the picture. */
class TilePyramidTest {
    /** JPEG at quality 90 of a smooth picture. */
    private static final double LEAST_PSNR = 38;

    private static final int LARGEST = 1600;

    @TempDir
    Path folder;

    private static RgbImage picture(int width, int height) {
        var rgb = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                rgb[(y * width + x) * 3] = (byte) (x * 255 / LARGEST);
                rgb[(y * width + x) * 3 + 1] = (byte) (y * 255 / LARGEST);
                rgb[(y * width + x) * 3 + 2] = (byte) 90;
            }
        }
        return new RgbImage(width, height, rgb);
    }

    private static RgbImage part(RgbImage image, int left, int top, int width, int height) {
        var rgb = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            System.arraycopy(image.rgb(), ((top + y) * image.width() + left) * 3, rgb, y * width * 3, width * 3);
        }
        return new RgbImage(width, height, rgb);
    }

    /** Around the edges of tiles: one more than a tile, two tiles and the overlap, sides that do not halve. */
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 3", "17, 5", "510, 510", "511, 512", "512, 511", "1021, 700", "1020, 1022", "300, 1531"})
    void everyTileIsItsPartOfThePicture(int width, int height) throws Exception {
        var image = picture(width, height);
        try (var pyramid = new TilePyramid(folder.resolve("a.dzi"), width, height)) {
            for (int y = 0; y < height; y += 100) {
                int rows = Math.min(100, height - y);
                pyramid.rows(part(image, 0, y, width, rows));
            }
        }
        int top = TilePyramid.levels(width, height) - 1;
        assertThat(1 << top).isGreaterThanOrEqualTo(Math.max(width, height));
        int tiles = 0;
        for (int row = 0; row * TilePyramid.TILE < height; row++) {
            for (int column = 0; column * TilePyramid.TILE < width; column++) {
                int left = Math.max(0, column * TilePyramid.TILE - 1);
                int upper = Math.max(0, row * TilePyramid.TILE - 1);
                int right = Math.min(width, (column + 1) * TilePyramid.TILE + 1);
                int lower = Math.min(height, (row + 1) * TilePyramid.TILE + 1);
                var tile = ImageFile.read(folder.resolve("a_files/" + top + "/" + column + "_" + row + ".jpg"));
                assertThat(tile.psnr(part(image, left, upper, right - left, lower - upper)))
                        .as("tile %d, %d", column, row)
                        .isGreaterThan(LEAST_PSNR);
                tiles++;
            }
        }
        try (var files = Files.list(folder.resolve("a_files/" + top))) {
            assertThat(files.count()).isEqualTo(tiles);
        }
        for (int level = 0; level <= top; level++) {
            var first = ImageFile.read(folder.resolve("a_files/" + level + "/0_0.jpg"));
            assertThat(first.width()).isEqualTo(Math.min(511, TilePyramid.side(width, top - level)));
        }
        assertThat(Files.readString(folder.resolve("a.dzi")))
                .contains("Width=\"" + width + "\" Height=\"" + height + "\"");
    }

    @Test
    void anotherPictureTakesThePlaceOfThePyramidThatWasThere() throws Exception {
        var description = folder.resolve("a.dzi");
        var file = folder.resolve("a.png");
        PngFile.write(file, picture(1100, 600), Map.of());
        TilePyramid.cut(file, description);
        assertThat(folder.resolve("a_files/11/2_1.jpg")).exists();
        Files.writeString(folder.resolve("a_files/11/note.txt"), "mine");
        PngFile.write(file, picture(300, 200), Map.of());
        TilePyramid.cut(file, description);
        assertThat(Files.readString(description)).isEqualTo(TilePyramid.description(300, 200));
        assertThat(folder.resolve("a_files/11/2_1.jpg")).doesNotExist();
        assertThat(folder.resolve("a_files/11/note.txt")).exists();
        assertThat(folder.resolve("a_files/10")).doesNotExist();
        assertThat(folder.resolve("a_files/9/0_0.jpg")).exists();
    }

    @Test
    void aPyramidWithoutItsLastRowsLeavesNothing() {
        try (var pyramid = new TilePyramid(folder.resolve("a.dzi"), 600, 600)) {
            pyramid.rows(picture(600, 520));
            assertThat(folder.resolve("a_files/10/0_0.jpg")).exists();
            assertThat(folder.resolve("a.dzi")).doesNotExist();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFileWhereTheTilesBelongIsNoPlaceForThem() throws Exception {
        Files.writeString(folder.resolve("a_files"), "mine");
        assertThatThrownBy(() -> TilePyramid.check(folder.resolve("a.dzi")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a_files: is no folder");
    }

    @Test
    void rowsOfAPngFileAreItsPicture() {
        var image = picture(70, 45);
        var file = folder.resolve("a.png");
        PngFile.write(file, image, Map.of("parameters", "x"));
        try (var rows = PngBands.open(file)) {
            assertThat(rows.next(20).rgb()).isEqualTo(part(image, 0, 0, 70, 20).rgb());
            assertThat(rows.next(25).rgb()).isEqualTo(part(image, 0, 20, 70, 25).rgb());
        }
    }

    /** Java's encoder takes a picture as one raster: without care as much memory as it has pixels. */
    @Test
    void aLargeJpegTakesLittleMemory() throws Exception {
        int side = 4096;
        var file = folder.resolve("large.png");
        var band = new RgbImage(side, 64, new byte[side * 64 * 3]);
        PngFile.write(file, side, side, Map.of(), rows -> {
            for (int y = 0; y < side; y += band.height()) {
                rows.rows(band);
            }
        });
        long before = used();
        var largest = new long[1];
        LargeJpeg.write(
                new OutputStream() {
                    private long bytes;

                    @Override
                    public void write(int value) {
                        write(new byte[1], 0, 1);
                    }

                    @Override
                    public void write(byte[] data, int from, int count) {
                        if (bytes++ % 16 == 0) {
                            largest[0] = Math.max(largest[0], used());
                        }
                    }
                },
                file,
                90);
        assertThat(largest[0]).isPositive();
        assertThat(largest[0] - before).isLessThan(8L << 20); // of 48 MiB
    }

    private static long used() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void aLargeJpegIsMadeFromRows() throws Exception {
        var image = picture(70, 45);
        var file = folder.resolve("a.png");
        PngFile.write(file, image, Map.of());
        var jpeg = folder.resolve("a.jpg");
        try (var out = Files.newOutputStream(jpeg)) {
            LargeJpeg.write(out, file, 95);
        }
        assertThat(ImageFile.read(jpeg).psnr(image)).isGreaterThan(LEAST_PSNR);
    }
}
