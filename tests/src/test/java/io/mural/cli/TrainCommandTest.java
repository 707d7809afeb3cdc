package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code mural train} as users start it; what training does is tested where it is made. */
@Tag("full")
class TrainCommandTest {
    private static final int SIDE = 64;

    @TempDir
    private Path folder;

    @BeforeEach
    void makePictures() throws Exception {
        Files.createDirectory(folder.resolve("data"));
        for (int i = 0; i < 2; i++) {
            var rgb = new byte[SIDE * SIDE * 3];
            for (int at = 0; at < rgb.length; at++) {
                rgb[at] = (byte) (at / 3 % SIDE * (i + 2) + at % 3 * 20);
            }
            PngFile.write(folder.resolve("data/" + i + ".png"), new RgbImage(SIDE, SIDE, rgb), Map.of());
        }
    }

    private static String[] command(String... more) {
        var args = new ArrayList<>(
                List.of("train", "style", "--data", "data", "--caption", "a calm sea", "--size", "64", "--rank", "2"));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    private MuralProcess.Result train(String... more) {
        return new MuralProcess(folder).run(command(more));
    }

    /** Killed after its first state, at any moment of later steps and saves. */
    @Test
    void aKilledRunGoesOnToTheSameBytes() throws Exception {
        var whole = train("--steps", "30", "--save-every", "2", "--keep", "0", "-o", "whole.safetensors");
        assertThat(whole.exit()).as("%s", whole.err()).isZero();
        String[] killed = {"--steps", "30", "--save-every", "2", "--keep", "0", "-o", "killed.safetensors"};
        var process = new MuralProcess(folder).start(folder.resolve("log"), command(killed));
        var state = folder.resolve("killed.safetensors.state");
        while (!Files.exists(state) && process.isAlive()) {
            Thread.sleep(5);
        }
        Thread.sleep(new SplittableRandom().nextInt(500));
        process.destroyForcibly().waitFor();
        assertThat(state).exists();
        var resumed = new ArrayList<>(List.of(killed));
        resumed.add("--resume");
        var rest = train(resumed.toArray(String[]::new));
        assertThat(rest.exit()).as("%s", rest.err()).isZero();
        assertThat(folder.resolve("killed.safetensors")).hasSameBinaryContentAs(folder.resolve("whole.safetensors"));
        try (var files = Files.list(folder)) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".part"));
        }
    }

    /** The same prompts and seeds with another result, which is what it was without them. */
    @Test
    void picturesAreMadeWithEachSavedResult() throws Exception {
        Files.writeString(folder.resolve("prompts.txt"), "# to look at\na green hill\n");
        var result = train(
                "--steps",
                "4",
                "--lr",
                "0.01",
                "--save-every",
                "2",
                "--sample-every",
                "2",
                "--sample-prompts",
                "prompts.txt",
                "-o",
                "a.safetensors");
        assertThat(result.exit()).as("%s", result.err()).isZero();
        assertThat(result.lines()).containsExactly("a.safetensors");
        var first = folder.resolve("a.safetensors.samples/000002-1.png");
        var second = folder.resolve("a.safetensors.samples/000004-1.png");
        assertThat(result.err()).contains("step 2: a.safetensors.samples/000002-1.png");
        assertThat(PngFile.texts(first).get("mural")).contains("a green hill");
        assertThat(ImageFile.read(first).rgb())
                .isNotEqualTo(ImageFile.read(second).rgb());

        var without = train("--steps", "4", "--lr", "0.01", "--save-every", "2", "-o", "b.safetensors");
        assertThat(without.exit()).as("%s", without.err()).isZero();
        assertThat(folder.resolve("b.safetensors.samples")).doesNotExist();
        assertThat(folder.resolve("a.safetensors")).hasSameBinaryContentAs(folder.resolve("b.safetensors"));
    }

    /** What has been learnt is not lost with a picture of it. */
    @Test
    void aPictureThatCannotBeMadeEndsNothing() throws Exception {
        Files.writeString(folder.resolve("a.safetensors.samples"), "a file where the folder should be");
        var result = train("--steps", "1", "--save-every", "1", "--sample-every", "1", "-o", "a.safetensors");
        assertThat(result.exit()).as("%s", result.err()).isZero();
        assertThat(result.err()).anyMatch(line -> line.startsWith("step 1: no pictures: a.safetensors.samples"));
        assertThat(folder.resolve("a.safetensors")).exists();
    }

    @Test
    void thePlanTellsWhatAPictureTakes() {
        var result = train("--steps", "250", "--sample-every", "250", "--plan", "-o", "a.safetensors");
        assertThat(result.exit()).as("%s", result.err()).isZero();
        assertThat(result.err())
                .anyMatch(line -> line.matches("a picture to look at, 256x256, takes .* beside it, .*"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        --sample-every 3                                          | choose a multiple of --save-every, which is 250
        --sample-every 0                                          | choose a multiple of --save-every
        --sample-prompts prompts.txt                              | no effect without --sample-every
        --save-every 1 --sample-every 1 --sample-prompts none.txt | none.txt: no such file; --sample-prompts takes
        """)
    void whatMakesNoSenseIsRefused(String options, String message) {
        var args = new ArrayList<>(List.of("--steps", "1", "-o", "a.safetensors"));
        args.addAll(List.of(options.split(" +")));
        var result = train(args.toArray(String[]::new));
        assertThat(result.exit()).isNotZero();
        assertThat(result.err()).singleElement().asString().contains(message);
        assertThat(folder.resolve("a.safetensors")).doesNotExist();
    }
}
