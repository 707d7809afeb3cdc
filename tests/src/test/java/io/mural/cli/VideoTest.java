package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mural video} with a tiny model of random weights. */
@Tag("full")
class VideoTest {
    private static final Path VIDEO = MuralProcess.GOLDENS.resolve("video");

    @TempDir
    private Path folder;

    @Test
    void aClipIsTheSameInAnyFileAndSaysWhatItRounds() throws IOException {
        var made = video("--size", "33x32", "--frames", "6", "-o", "a.y4m", "--threads", "1");
        assertThat(made.exit()).as("%s", made.err()).isZero();
        assertThat(made.err()).anyMatch(line -> line.contains("rounded down to 32x32"));
        assertThat(made.err()).anyMatch(line -> line.contains("rounded down to 5, four times a number and one"));
        var again = video("--size", "32x32", "--frames", "5", "-o", "b.y4m", "--threads", "2");
        assertThat(again.exit()).as("%s", again.err()).isZero();
        assertThat(folder.resolve("b.y4m")).hasSameBinaryContentAs(folder.resolve("a.y4m"));
        assertThat(Files.size(folder.resolve("a.y4m"))).isGreaterThan(5 * 32 * 32 * 3 / 2);
        assertThat(folder.resolve("a.y4m.checkpoint")).doesNotExist();
    }

    @Test
    void aVideoModelIsNoPictureModel() {
        var process = new MuralProcess(folder);
        var refused = process.run(
                "generate", "a cat", "--model", VIDEO.resolve("wan-tiny").toString());
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).singleElement().asString().contains("use \"mural video\" with it");
        var other = process.run(
                "video",
                "a cat",
                "--model",
                MuralProcess.GOLDENS.resolve("flux1-tiny").toString());
        assertThat(other.exit()).isEqualTo(1);
        assertThat(other.err()).singleElement().asString().contains("use \"mural generate\" with it");
    }

    @Test
    void aVideoModelIsInspectedAndTokenized() {
        var model = VIDEO.resolve("wan-tiny").toString();
        var process = new MuralProcess(folder);
        var inspected = process.run("inspect", model);
        assertThat(inspected.exit()).as("%s", inspected.err()).isZero();
        assertThat(inspected.out()).contains("a Wan text-to-video model in diffusers layout");
        assertThat(inspected.out()).contains("UMT5EncoderModel");
        var tokens = process.run("tokenize", "--model", model, "--length", "12", "a cat  walks");
        assertThat(tokens.out()).contains("\"umt5\":{\"ids\":[319,321,260,441,332,431,437,337,1,0");
    }

    private MuralProcess.Result video(String... options) {
        var words = new ArrayList<>(List.of(
                "video",
                "a cat walking",
                "--model",
                VIDEO.resolve("single-file/wan-tiny-fp8.safetensors").toString(),
                "--base",
                VIDEO.resolve("wan-tiny").toString(),
                "--text-encoder",
                VIDEO.resolve("single-file/umt5-tiny-bf16.safetensors").toString(),
                "--vae",
                VIDEO.resolve("single-file/wan-vae-tiny-bf16.safetensors").toString(),
                "--steps",
                "2",
                "--seed",
                "7",
                "--progress",
                "none"));
        words.addAll(List.of(options));
        return new MuralProcess(folder).run(words.toArray(String[]::new));
    }
}
