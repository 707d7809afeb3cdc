package io.mural.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageTest {
    @TempDir
    Path folder;

    private static RgbImage random(int width, int height) {
        var rgb = new byte[width * height * 3];
        new Random(width).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }

    @Test
    void pngKeepsPixelsAndTexts() {
        var image = random(37, 21);
        var file = folder.resolve("a.png");
        var texts = Map.of("parameters", "a castle\nSteps: 4", "mural", "{\"prompt\":\"東京 🐉\"}");
        PngFile.write(file, image, texts);
        assertThat(ImageFile.read(file).rgb()).isEqualTo(image.rgb());
        assertThat(PngFile.texts(file)).containsAllEntriesOf(texts);
        assertThat(folder).isDirectoryNotContaining(path -> path.toString().endsWith(".part"));
    }

    @Test
    void aPictureCanBeWrittenInBands() throws IOException {
        var image = random(7, 5);
        PngFile.write(folder.resolve("whole.png"), image, Map.of("a", "b"));
        PngFile.write(folder.resolve("bands.png"), 7, 5, Map.of("a", "b"), sink -> {
            sink.rows(new RgbImage(7, 2, Arrays.copyOf(image.rgb(), 2 * 21)));
            sink.rows(new RgbImage(7, 3, Arrays.copyOfRange(image.rgb(), 2 * 21, 5 * 21)));
        });
        assertThat(folder.resolve("bands.png")).hasSameBinaryContentAs(folder.resolve("whole.png"));
        assertThatThrownBy(() -> PngFile.write(folder.resolve("cut.png"), 7, 5, Map.of(), sink -> {
                    throw new InputException("no memory");
                }))
                .hasMessage("no memory");
        assertThat(folder.resolve("cut.png")).doesNotExist();
    }

    @Test
    void sharpeningLeavesFlatPartsAndRaisesEdges() {
        var rgb = new byte[20 * 3 * 3];
        Arrays.fill(rgb, (byte) 100);
        for (int y = 0; y < 3; y++) {
            Arrays.fill(rgb, (y * 20 + 10) * 3, (y + 1) * 20 * 3, (byte) 150);
        }
        var sharp = UnsharpMask.apply(new RgbImage(20, 3, rgb), 1, 0.5).rgb();
        assertThat(sharp[0] & 0xff).isEqualTo(100);
        assertThat(sharp[19 * 3] & 0xff).isEqualTo(150);
        assertThat(sharp[9 * 3] & 0xff).isBetween(80, 97);
        assertThat(sharp[10 * 3] & 0xff).isBetween(153, 170);
    }

    @Test
    void aPngThatCannotBeWrittenIsOneLineAndLeavesNothing() throws IOException {
        var file = folder.resolve("missing/a.png");
        assertThatThrownBy(() -> PngFile.write(file, random(2, 2), Map.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a.png: cannot be written: the folder");
        var taken = Files.createDirectories(folder.resolve("taken.png/inside"));
        assertThatThrownBy(() -> PngFile.write(taken.getParent(), random(2, 2), Map.of()))
                .isInstanceOf(InputException.class);
        assertThat(folder).isDirectoryNotContaining(path -> path.toString().endsWith(".part"));
    }

    @Test
    void whatIsNoPictureIsNamed() throws IOException {
        var text = Files.writeString(folder.resolve("text.png"), "hello");
        assertThatThrownBy(() -> ImageFile.read(text)).hasMessageContaining("text.png is not a picture");
        assertThatThrownBy(() -> PngFile.texts(text)).hasMessageContaining("text.png is not a readable PNG");
        assertThatThrownBy(() -> ImageFile.read(folder.resolve("none.png"))).hasMessageContaining("does not exist");
    }

    @Test
    void eightBitsRoundAsTheReferenceDoes() {
        var image = RgbImage.of(new float[] {-1, 0, 1, -2, 2, 1 / 255f}, 2, 1);
        // 127.5 rounds to the even 128; 1 / 255 is 128 exactly.
        assertThat(image.rgb()).containsExactly(0, (byte) 128, (byte) 255, 0, (byte) 255, (byte) 128);
        var all = random(16, 16);
        assertThat(RgbImage.of(all.toFloats(), 16, 16).rgb()).isEqualTo(all.rgb());
    }

    @Test
    void resizingKeepsFlatColourAndTheSizeAskedFor() {
        var flat = new byte[50 * 40 * 3];
        java.util.Arrays.fill(flat, (byte) 77);
        var image = new RgbImage(50, 40, flat);
        for (var size : new int[][] {{16, 16}, {128, 96}, {50, 40}, {1, 1}}) {
            var resized = Resize.lanczos(image, size[0], size[1]);
            assertThat(resized.width()).isEqualTo(size[0]);
            assertThat(resized.rgb()).hasSize(size[0] * size[1] * 3).containsOnly((byte) 77);
        }
    }

    @Test
    void enlargingThenShrinkingComesBack() {
        var smooth = new byte[32 * 32 * 3];
        for (int i = 0; i < smooth.length; i++) {
            smooth[i] = (byte) (100 + i / 3 % 32 * 3 + i / 96 * 2);
        }
        var image = new RgbImage(32, 32, smooth);
        var back = Resize.lanczos(Resize.lanczos(image, 96, 64), 32, 32);
        assertThat(back.psnr(image)).isGreaterThan(40);
    }

    @Test
    void psnrOfEqualPicturesIsInfinite() {
        assertThat(random(8, 8).psnr(random(8, 8))).isInfinite();
        var black = new RgbImage(1, 1, new byte[3]);
        var grey = new RgbImage(1, 1, new byte[] {1, 1, 1});
        assertThat(black.psnr(grey)).isEqualTo(10 * Math.log10(255 * 255));
    }
}
