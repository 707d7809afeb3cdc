package io.mural.cli.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputsTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "'A calm, calm sea!', a-calm-calm-sea-7.png",
        "'...', mural-7.png",
        "'../../etc/passwd', etc-passwd-7.png",
        "'\u65e5\u672c\u306e\u5915\u713c\u3051 \uD83C\uDF05', \u65e5\u672c\u306e\u5915\u713c\u3051-7.png",
        "'a sunset over purple mountains and a calm sea, the sun on the left', a-sunset-over-purple-mountains-and-a-7.png"
    })
    void namesComeFromThePromptAndTheSeed(String prompt, String name) {
        var outputs = new Outputs(Optional.of(folder), 1);
        assertThat(outputs.place(1, prompt, 7)).isEqualTo(folder.resolve(name));
    }

    @Test
    void namesFitIntoAFileSystemWhateverTheScript() {
        var name = new Outputs(Optional.of(folder), 1).place(1, "\uD840\uDC00".repeat(500), Long.MAX_VALUE);
        // Beside it stands, for a moment, .<name>.<36 characters>.part
        assertThat(name.getFileName().toString().getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThan(255 - 43);
    }

    @Test
    void namesFromPromptsAreNeverUsedTwice() throws IOException {
        Files.createFile(folder.resolve("sea-1.png"));
        var outputs = new Outputs(Optional.of(folder), 3);
        assertThat(outputs.place(1, "sea", 1)).hasFileName("sea-1-2.png");
        assertThat(outputs.place(2, "sea", 1)).hasFileName("sea-1-3.png");
        assertThat(outputs.place(3, "sea", 2)).hasFileName("sea-2.png");
    }

    @Test
    void severalPicturesAreNumberedWithEqualDigits() {
        var file = folder.resolve("out.v2.png");
        assertThat(new Outputs(Optional.of(file), 1).place(1, "sea", 1)).isEqualTo(file);
        assertThat(new Outputs(Optional.of(file), 9).place(3, "sea", 1)).hasFileName("out.v2-3.png");
        assertThat(new Outputs(Optional.of(file), 10).place(3, "sea", 1)).hasFileName("out.v2-03.png");
        assertThat(new Outputs(Optional.of(folder.resolve("out")), 2).place(2, "sea", 1))
                .hasFileName("out-2");
    }
}
