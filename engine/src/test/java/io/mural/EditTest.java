package io.mural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.edit.Margins;
import io.mural.model.edit.Region;
import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts of pictures painted by the embedded model, through the engine's public classes. */
class EditTest {
    private static final Path NANO = Path.of("..", "models", "mural-nano");

    private static Mural mural;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        mural = Mural.builder().model(NANO).threads(2).open();
    }

    @AfterAll
    static void close() {
        mural.close();
    }

    /** Red grows to the right, green downwards. */
    private static RgbImage slope(int width, int height) {
        var rgb = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                rgb[(y * width + x) * 3] = (byte) (255 * x / width);
                rgb[(y * width + x) * 3 + 1] = (byte) (255 * y / height);
                rgb[(y * width + x) * 3 + 2] = 90;
            }
        }
        return new RgbImage(width, height, rgb);
    }

    private Path file(RgbImage image) {
        var file = folder.resolve(image.width() + ".png");
        PngFile.write(file, image, Map.of());
        return file;
    }

    private static Request.Builder change(Path picture) {
        return Request.of("a calm sea").change(Input.of(picture)).seed(4).steps(2);
    }

    /** How many pixels inside and outside differ. */
    private static int[] changed(RgbImage before, RgbImage after, Region region) {
        int[] counts = new int[2];
        for (int y = 0; y < before.height(); y++) {
            for (int x = 0; x < before.width(); x++) {
                boolean inside = x >= region.left() && x < region.right() && y >= region.top() && y < region.bottom();
                int at = (y * before.width() + x) * 3;
                boolean same = before.rgb()[at] == after.rgb()[at] && before.rgb()[at + 1] == after.rgb()[at + 1];
                counts[inside ? 0 : 1] += same ? 0 : 1;
            }
        }
        return counts;
    }

    @Test
    void aRegionIsPaintedAndAllElseKeepsItsBytes() {
        // sides that are no multiples of a token's
        var picture = slope(75, 50);
        var region = new Region(20, 10, 33, 24);
        var notes = new ArrayList<String>();
        var result =
                mural.generate(change(file(picture)).region(region).feather(4).build(), Sink.memory(), event -> {
                    if (event instanceof Progress.Note note) {
                        notes.add(note.text());
                    }
                });
        assertThat(result.width()).isEqualTo(75);
        assertThat(result.height()).isEqualTo(50);
        var counts = changed(picture, result.image(), region);
        assertThat(counts[1]).isZero();
        assertThat(counts[0]).isGreaterThan(400);
        assertThat(notes).anyMatch(note -> note.contains("paints the part anew"));
    }

    @Test
    void theRecipeOfAnEditMakesItAgain() {
        var source = file(slope(64, 64));
        var out = folder.resolve("out.png");
        var first =
                mural.generate(change(source).region(new Region(0, 32, 64, 32)).build(), Sink.png(out));
        var again = mural.generate(Request.of(Recipe.read(out)).build());
        assertThat(again.recipe().edit()).isEqualTo(first.recipe().edit());
        assertThat(again.image().rgb()).isEqualTo(ImageFile.read(out).rgb());
    }

    /** The mask is named as seen from the picture, and read from where it is. */
    @Test
    void theRecipeOfAMaskBesideThePictureMakesItAgain() throws java.io.IOException {
        var source = file(slope(64, 64));
        var white = new byte[64 * 64 * 3];
        java.util.Arrays.fill(white, 64 * 32 * 3, white.length, (byte) 255);
        var mask = folder.resolve("mask.png");
        PngFile.write(mask, new RgbImage(64, 64, white), Map.of());
        var out = java.nio.file.Files.createDirectory(folder.resolve("below")).resolve("out.png");
        mural.generate(change(source).mask(Input.of(mask)).build(), Sink.png(out));
        assertThat(PngFile.texts(out).get("mural")).contains("\"../mask.png\"");
        var again = mural.generate(Request.of(Recipe.read(out)).build());
        assertThat(again.image().rgb()).isEqualTo(ImageFile.read(out).rgb());
    }

    @Test
    void aPictureGrowsAndStaysWhereItWas() {
        var picture = slope(48, 48);
        var grown = mural.generate(
                change(file(picture)).extend(new Margins(16, 0, 0, 8)).build());
        assertThat(grown.width()).isEqualTo(64);
        assertThat(grown.height()).isEqualTo(56);
        for (int y = 0; y < 48; y++) {
            for (int x = 0; x < 48; x++) {
                assertThat(grown.image().rgb()[(y * 64 + x + 16) * 3]).isEqualTo(picture.rgb()[(y * 48 + x) * 3]);
            }
        }
    }

    @Test
    void ofALargePictureOnlyTheWindowsOfTheRegionAreComputed() {
        var picture = slope(512, 304);
        var region = new Region(200, 100, 60, 60);
        var request = change(file(picture)).region(region).feather(8).build();
        var plan = mural.plan(request);
        assertThat(plan.levels()).hasSize(2);
        var whole = mural.plan(
                change(file(picture)).region(new Region(0, 0, 512, 304)).build());
        assertThat(plan.levels().getLast().stepFlops())
                .isLessThan(whole.levels().getLast().stepFlops() / 2);
        var rows = new ArrayList<RgbImage>();
        mural.generate(request, Sink.rows(rows::add));
        var result = joined(rows, 512, 304);
        var counts = changed(picture, result, region);
        assertThat(counts[1]).isZero();
        assertThat(counts[0]).isGreaterThan(2000);
    }

    private static RgbImage joined(List<RgbImage> bands, int width, int height) {
        var rgb = new byte[width * height * 3];
        int at = 0;
        for (var band : bands) {
            System.arraycopy(band.rgb(), 0, rgb, at, band.rgb().length);
            at += band.rgb().length;
        }
        return new RgbImage(width, height, rgb);
    }

    @Test
    void theWholePictureIsImageToImageForAPlainModel() {
        var result = mural.generate(change(file(slope(48, 32))).strength(0.5).build());
        assertThat(result.recipe().init().orElseThrow().strength()).isEqualTo(0.5);
        assertThat(result.width()).isEqualTo(48);
    }

    @Test
    void whatMakesNoSenseIsOneLine() {
        var source = file(slope(64, 64));
        refused(change(source).region(new Region(60, 0, 10, 10)), "reaches beyond the picture of 64x64");
        refused(change(source).mask(Input.of(file(slope(32, 96)))), "other proportions than the picture of 64x64");
        refused(change(source).mask(Input.of(file(new RgbImage(65, 65, new byte[65 * 65 * 3])))), "black everywhere");
        refused(change(source).control(Input.of(source)), "follows no such picture");
        refused(change(source).region(new Region(0, 0, 8, 8)).size(64, 64), "`size` has no effect");
        refused(change(source).reference(source).region(new Region(0, 0, 8, 8)), "takes no reference pictures");
        refused(Request.of("a sea").region(new Region(0, 0, 8, 8)).size(64, 64), "need a picture to paint in");
        refused(change(folder.resolve("none.png")).region(new Region(0, 0, 8, 8)), "there is no such file");
    }

    private static void refused(Request.Builder request, String words) {
        assertThatThrownBy(() -> mural.generate(request.build()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(words)
                .extracting(Throwable::getMessage)
                .satisfies(message -> assertThat(message).doesNotContain("\n"));
    }
}
