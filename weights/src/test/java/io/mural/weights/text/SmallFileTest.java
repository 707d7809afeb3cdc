package io.mural.weights.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SmallFileTest {
    @TempDir
    Path folder;

    @Test
    void aFileOfTheMostBytesIsReadAndOneOfMoreIsNot() throws IOException {
        var file = Files.write(folder.resolve("a"), new byte[2048]);
        assertThat(SmallFile.bytes(file, 2048)).hasSize(2048);
        assertThatThrownBy(() -> SmallFile.bytes(file, 2047))
                .isInstanceOf(InputException.class)
                .hasMessage(file + ": is larger than 1 KiB, too much to be what is expected");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatHasNoEndIsRefused() {
        assertThatThrownBy(() -> SmallFile.bytes(Path.of("/dev/zero"), 1 << 20))
                .hasMessage("/dev/zero: is larger than 1 MiB, too much to be what is expected");
    }

    @Test
    void textIsInUtf8WithoutAMark() throws IOException {
        var file = Files.writeString(folder.resolve("a"), "\uFEFFsea \u6d77");
        assertThat(SmallFile.text(file, 99)).isEqualTo("sea \u6d77");
        Files.write(file, new byte[] {(byte) 0xff});
        assertThatThrownBy(() -> SmallFile.text(file, 99)).isInstanceOf(CharacterCodingException.class);
    }
}
