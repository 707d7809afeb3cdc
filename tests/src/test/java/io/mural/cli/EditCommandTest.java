package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.edit.Region;
import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code mural edit} as users start it. */
@Tag("full")
class EditCommandTest {
    private static final int WIDTH = 64;
    private static final int HEIGHT = 48;

    @TempDir
    private Path folder;

    private RgbImage picture;

    @BeforeEach
    void makePictures() throws Exception {
        picture = picture(WIDTH, HEIGHT);
        PngFile.write(folder.resolve("in.png"), picture, Map.of());
        mask("black.png", WIDTH, HEIGHT, new Region(0, 0, 1, 1), 0);
        mask("half.png", WIDTH / 2, HEIGHT / 2, new Region(0, HEIGHT / 4, WIDTH / 2, HEIGHT / 4), 255);
        mask("tall.png", HEIGHT, WIDTH, new Region(0, 0, 8, 8), 255);
        mask("faint.png", WIDTH, HEIGHT, new Region(0, 0, WIDTH, HEIGHT), 127);
    }

    private static RgbImage picture(int width, int height) {
        var rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3 % width * 200 / width + i % 3 * 20);
        }
        return new RgbImage(width, height, rgb);
    }

    private void mask(String name, int width, int height, Region part, int gray) throws Exception {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = part.top(); y < part.bottom(); y++) {
            for (int x = part.left(); x < part.right(); x++) {
                image.getRaster().setSample(x, y, 0, gray);
            }
        }
        assertThat(image.getColorModel().getColorSpace().getType()).isEqualTo(ColorSpace.TYPE_GRAY);
        ImageIO.write(image, "png", folder.resolve(name).toFile());
    }

    private static String[] edit(String... more) {
        var args = new ArrayList<>(List.of("edit", "in.png", "--prompt", "a meadow", "--seed", "4"));
        args.addAll(List.of(more));
        if (!args.contains("--steps")) {
            args.addAll(List.of("--steps", "2"));
        }
        return args.toArray(String[]::new);
    }

    /** A mask of another size is stretched, and what it keeps keeps its bytes. */
    @Test
    void aMaskSaysWhatIsPainted() {
        var result = new MuralProcess(folder).run(edit("--mask", "half.png", "--feather", "0", "-o", "out.png"));
        assertThat(result.exit()).as("%s", result.err()).isZero();
        assertThat(result.lines()).containsExactly("out.png");
        assertThat(result.err())
                .anyMatch(line -> line.contains("the mask of 32x24 is stretched to the picture's 64x48"));
        var out = ImageFile.read(folder.resolve("out.png"));
        int changed = 0;
        for (int i = 0; i < out.rgb().length; i++) {
            boolean same = out.rgb()[i] == picture.rgb()[i];
            // Stretched to twice its size the mask is gray on the row before.
            assertThat(same || i / 3 / WIDTH >= HEIGHT / 2 - 1).isTrue();
            changed += same ? 0 : 1;
        }
        assertThat(changed).isGreaterThan(1000);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        --mask black.png                      | the mask is black everywhere
        --mask faint.png                      | the mask is black everywhere
        --mask tall.png                       | other proportions than the picture of 64x48
        --mask none.png                       | none.png
        --mask half.png --region 0,0,8x8      | give one of them
        --region 60,0,8x8                     | reaches beyond the picture of 64x48
        --region 0,48,8x8                     | reaches beyond the picture of 64x48
        --region 0,0,0x8                      | choose at least one pixel
        --region -1,0,8x8                     | write it as X,Y,WxH
        --region 8                            | write it as X,Y,WxH
        --extend left=-5                      | write sides and pixels
        --extend up=5                         | write sides and pixels
        --extend left=0                       | adds nothing
        --extend left=99999                   | choose 0 to 32768
        --region 0,0,8x8 --feather -1         | choose 0 to 4096 pixels
        --region 0,0,8x8 --size 64x64         | has no effect where a part of a picture is painted
        --region 0,0,8x8 --strength 0         | choose more than 0, at most 1
        --region 0,0,8x8 --control in.png     | follows no such picture
        --region 0,0,8x8 --reference in.png   | expected sides of at least 64 pixels
        --region 0,0,8x8 --keep-stages        | --keep-stages is for
        --region 0,0,8x8 --resume             | for larger pictures
        """)
    void whatMakesNoSenseIsRefusedInOneLine(String options, String words) {
        var args = new ArrayList<>(List.of(edit(options.split(" +"))));
        args.addAll(List.of("-o", "out.png"));
        var result = new MuralProcess(folder, MuralProcess.QUICK).run(args.toArray(String[]::new));
        assertThat(result.exit()).as("%s", result.err()).isIn(1, 2);
        // Before it, the way may have been told.
        assertThat(result.err().getLast()).startsWith("mural: ").contains(words);
        assertThat(result.err()).filteredOn(line -> line.startsWith("mural: ")).hasSize(1);
        assertThat(result.out()).isEmpty();
        assertThat(folder.resolve("out.png")).doesNotExist();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the device that is always full is Linux's")
    void aFullDiskIsToldOf() {
        var result = new MuralProcess(folder).into(Path.of("/dev/full"), edit("--region", "0,0,32x32", "-o", "-"));
        assertThat(result.exit()).as("%s", result.err()).isNotZero();
        assertThat(result.err().getLast()).startsWith("mural: ").contains("No space left on device");
    }

    /** In the base, and in the level above it. */
    @ParameterizedTest
    @CsvSource({"1", "2"})
    void aKilledRunOfARegionGoesOnToTheSameBytes(int level) throws Exception {
        PngFile.write(folder.resolve("in.png"), picture(400, 368), Map.of());
        var options = new String[] {"--region", "120,90,180x150", "--steps", "16", "--progress", "json", "-o"};
        var whole = new MuralProcess(folder).run(edit(with(options, "whole.png")));
        assertThat(whole.exit()).as("%s", whole.err()).isZero();
        var err = folder.resolve("err");
        var process = new MuralProcess(folder).start(err, edit(with(options, "out.png")));
        ResumeTest.awaitStep(process, err, level);
        process.destroyForcibly(); // signal 9
        assertThat(MuralProcess.await(process)).isEqualTo(128 + 9);
        assertThat(folder.resolve("out.png.checkpoint")).exists();
        assertThat(folder.resolve("out.png")).doesNotExist();
        var resumed = new MuralProcess(folder).run(edit(with(options, "out.png", "--resume")));
        assertThat(resumed.exit()).as("%s", resumed.err()).isZero();
        assertThat(ResumeTest.steps(resumed.err()).getFirst()).isGreaterThan(1);
        assertThat(Files.readAllBytes(folder.resolve("out.png")))
                .isEqualTo(Files.readAllBytes(folder.resolve("whole.png")));
        assertThat(folder.resolve("out.png.checkpoint")).doesNotExist();
    }

    private static String[] with(String[] options, String... more) {
        var all = new ArrayList<>(List.of(options));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
