package io.mural.model.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.image.GrayImage;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskTest {
    /** White in the columns from {@code left} on. */
    private static Mask from(int left, int width, int height) {
        return Mask.of(new Region(left, 0, width - left, height), width, height);
    }

    @Test
    void theMiddleOfGrayIsPaintedAndBlackEverywhereIsRefused() {
        var gray = new GrayImage(2, 1, new byte[] {127, (byte) 128});
        assertThat(new Mask(gray).paints(0, 0)).isFalse();
        assertThat(new Mask(gray).paints(1, 0)).isTrue();
        assertThatThrownBy(() -> new Mask(new GrayImage(1, 1, new byte[] {127})))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("black everywhere");
    }

    @Test
    void grayOfAGrayPixelIsItsValue() {
        assertThat(GrayImage.of(new RgbImage(1, 1, new byte[] {77, 77, 77})).at(0, 0))
                .isEqualTo(77);
        // Pillow's convert("L") of (10, 200, 30)
        assertThat(GrayImage.of(new RgbImage(1, 1, new byte[] {10, (byte) 200, 30}))
                        .at(0, 0))
                .isEqualTo(124);
    }

    @Test
    void aLatentPixelTakesTheMaskAtItsFirstPixel() {
        // latent columns begin at pixels 0, 8, 16, 24: white from 17 on reaches the last alone
        var values = LatentMask.nearest(from(17, 32, 16), 1).values();
        assertThat(values).containsExactly(0, 0, 0, 0, 0, 1, 0, 1);
    }

    @Test
    void aTokenOfFlux2TakesTheMeanAtItsMiddle() {
        // the middle of the first token lies between pixels 7 and 8
        assertThat(LatentMask.bilinear(from(8, 32, 16), 2).values()).containsExactly(0.5f, 0.5f, 1, 1);
    }

    @Test
    void fillSeesEveryPixelOfTheMask() {
        var pixels = LatentMask.pixels(Mask.of(new Region(9, 2, 1, 1), 16, 16));
        assertThat(pixels).hasSize(256);
        // pixel (9, 2) is channel 2 * 8 + 1 of the second latent pixel of the token
        for (int i = 0; i < pixels.length; i++) {
            assertThat(pixels[i]).isEqualTo(i == 17 * 4 + 1 ? 1 : 0);
        }
    }

    @Test
    void keptLatentsComeBackWhereTheMaskIsBlack() {
        var painted = new float[] {1, 2};
        new LatentMask(new float[] {0, 0.25f}).lay(new float[] {5, 6}, painted, 0);
        assertThat(painted).containsExactly(5, 0.75f * 6 + 0.25f * 2);
    }

    /** 32 pixels from the border to where painting begins with the first step: the nearer, the later. */
    @Test
    void nearTheBorderPaintingBeginsLater() {
        var mask = new Mask(from(16, 64, 16).gray(), 32);
        var latent = LatentMask.nearest(mask, 1);
        var kept = new float[latent.values().length];
        var painted = new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        int before = 0;
        for (float left : new float[] {1, 0.75f, 0.5f, 0.25f, 0}) {
            var latents = painted.clone();
            latent.lay(kept, latents, left);
            int count = 0;
            for (float value : latents) {
                count += (int) value;
            }
            assertThat(count).as("painted with %s of the steps to come", left).isGreaterThanOrEqualTo(before);
            before = count;
        }
        var last = painted.clone();
        latent.lay(kept, last, 0);
        assertThat(last).isEqualTo(latent.values());
        var first = painted.clone();
        latent.lay(kept, first, 0.99f);
        // the last 16 of 64 pixels are further than 32 from the border
        assertThat(first).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,2,3", "1,2,axb", "-1,0,4x4", "0,0,4x", "0,0,0x4"})
    void regionsThatMakeNoSenseAreOneLine(String text) {
        assertThatThrownBy(() -> Region.of(text)).isInstanceOf(InputException.class);
    }

    @Test
    void aRegionOutsideIsRefused() {
        assertThatThrownBy(() -> Cover.of(Region.of("10,0,30x8"), 32, 32))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("reaches beyond the picture of 32x32");
    }

    @Test
    void marginsAreReadAsTheyAreWritten() {
        var margins = Margins.of("left=512,top=64");
        assertThat(margins).isEqualTo(new Margins(512, 64, 0, 0));
        assertThat(Margins.of(margins.toString())).isEqualTo(margins);
        assertThat(Margins.of("all=8")).isEqualTo(new Margins(8, 8, 8, 8));
        assertThatThrownBy(() -> Margins.of("all=0")).hasMessageContaining("adds nothing");
        assertThatThrownBy(() -> Margins.of("up=3")).hasMessageContaining("write sides and pixels");
    }

    @Test
    void aMaskOfAnotherSizeIsStretched() {
        var small = new GrayImage(2, 1, new byte[] {0, (byte) 255});
        var cover = Cover.of(small, 8, 4);
        assertThat(cover.at(0, 0)).isZero();
        assertThat(cover.at(7, 3)).isEqualTo(255);
        assertThat(cover.at(4, 2)).isBetween(128, 254);
        assertThat(cover.bounds()).isEqualTo(new Region(4, 0, 4, 4));
    }

    @Test
    void aSmallerCoverPaintsWhereAnyOfItsPixelsDid() {
        var cover = Cover.of(new Region(4, 4, 1, 1), 16, 8).reduced(4, 4, 2);
        assertThat(cover.bounds()).isEqualTo(new Region(1, 1, 1, 1));
    }

    @Test
    void nothingOutsideTheMaskChangesAndInsideFadesIn() {
        var under = new RgbImage(8, 1, new byte[24]);
        var white = new byte[24];
        Arrays.fill(white, (byte) 255);
        var mask = new GrayImage(8, 1, new byte[] {0, 0, -1, -1, -1, -1, -1, -1});
        var laid = Feather.lay(under, new RgbImage(8, 1, white), mask, 2);
        var red = new int[8];
        for (int x = 0; x < 8; x++) {
            red[x] = laid.rgb()[3 * x] & 0xff;
        }
        assertThat(red[0]).isZero();
        assertThat(red[1]).isZero();
        assertThat(red[2]).isBetween(1, 100);
        assertThat(red[3]).isBetween(100, 200);
        assertThat(red[4]).isEqualTo(255);
        assertThat(red[7]).isEqualTo(255);
    }

    @Test
    void theEdgeOfASquareIsALineOfOnePixel() {
        var values = new byte[32 * 32];
        for (int y = 8; y < 24; y++) {
            Arrays.fill(values, y * 32 + 8, y * 32 + 24, (byte) 255);
        }
        var edges = Canny.edges(new GrayImage(32, 32, values), 50, 200);
        int row = 0;
        for (int x = 0; x < 32; x++) {
            row += edges.at(x, 16) == 255 ? 1 : 0;
        }
        assertThat(row).isEqualTo(2);
        assertThat(edges.at(16, 16)).isZero();
        assertThat(edges.at(2, 2)).isZero();
    }
}
