package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small picture of the user's own guides a large one. */
@Tag("full")
class UpscaleTest {
    @TempDir
    private Path folder;

    private RgbImage small;

    @BeforeEach
    void copyThePicture() {
        var sunset = ImageFile.read(MuralProcess.ROOT.resolve("docs/images/sunset.png"));
        small = Resize.lanczos(sunset, 64, 64);
        PngFile.write(folder.resolve("in.png"), small, Map.of());
    }

    private MuralProcess.Result upscale(String... args) {
        var all = new String[args.length + 2];
        all[0] = "upscale";
        all[1] = "in.png";
        System.arraycopy(args, 0, all, 2, args.length);
        return new MuralProcess(folder).run(all);
    }

    @Test
    void theLargePictureShowsTheSmallOne() {
        var result =
                upscale("--size", "128x128", "--prompt", "a sunset over a calm sea", "--seed", "1", "-o", "out.png");
        assertThat(result.exit()).as("%s", result.err()).isZero();
        assertThat(result.lines()).containsExactly("out.png");
        var large = ImageFile.read(folder.resolve("out.png"));
        assertThat(large.width()).isEqualTo(128);
        assertThat(Resize.lanczos(large, 64, 64).psnr(small)).isGreaterThan(18);
        assertThat(new MuralProcess(folder).files()).containsExactlyInAnyOrder("in.png", "out.png");

        var again = new MuralProcess(folder).run("generate", "--from", "out.png", "-o", "again.png");
        assertThat(again.exit()).as("%s", again.err()).isZero();
        assertThat(ImageFile.read(folder.resolve("again.png")).rgb()).isEqualTo(large.rgb());
    }

    @Test
    void whatCannotBeIsRefusedInOneLine() {
        refused(2, "say with --prompt what in.png shows", "--size", "128x128");
        refused(2, "--size 256x128 has other proportions than in.png, 64x64", "--size", "256x128", "--prompt", "a sea");
        refused(1, "a picture of 64x64 cannot guide one of 64x64", "--size", "64x64", "--prompt", "a sea");
        refused(2, "--no-hierarchy", "--size", "128x128", "--prompt", "a sea", "--no-hierarchy");
        assertThat(new MuralProcess(folder).files()).containsExactly("in.png");
    }

    private void refused(int exit, String message, String... args) {
        var result = upscale(args);
        assertThat(result.exit()).as("%s", result.err()).isEqualTo(exit);
        assertThat(result.err()).singleElement().asString().contains(message);
    }
}
