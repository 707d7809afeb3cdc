package io.mural.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.cli.config.ConfigFile.Entry;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    @TempDir
    Path folder;

    private ConfigFile read(String text) throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("config"), text));
    }

    @Test
    void linesStandUnderTheirHeadings() throws IOException {
        assertThat(read("# mine\nsteps = 20\n\n[ evaluate  protocol ]\nout=a = b\n[preset draft]\nsteps = 4\nlora =\n")
                        .entries())
                .containsExactly(
                        new Entry("", "steps", "20", 2),
                        new Entry("evaluate protocol", "out", "a = b", 5),
                        new Entry("preset draft", "steps", "4", 7),
                        new Entry("preset draft", "lora", "", 8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "steps 20 | line 1: 'steps 20' is neither",
                "steps = 1;steps = 2 | line 2: steps is set a second time",
                "a = 1;[preset] | line 2: [preset] needs a name",
                "[generate | line 1: '[generate' is neither",
            })
    void aLineThatIsNoneIsNamed(String text, String message) {
        assertThatThrownBy(() -> read(text.replace(';', '\n')))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(folder.resolve("config") + ": " + message);
    }

    @Test
    void whatIsNoTextIsRefused() throws IOException {
        var file = Files.write(folder.resolve("config"), "steps = 2\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ConfigFile.read(file)).hasMessage(file + ": is not UTF-8 text; save it as UTF-8");
        assertThatThrownBy(() -> ConfigFile.read(folder)).hasMessageContaining("is no text file");
    }

    @Test
    void theFileIsWhereOtherProgramsHaveTheirs() {
        var home = Path.of("/home/me");
        assertThat(ConfigFile.of(Map.of(), home).path()).isEqualTo(Path.of("/home/me/.config/mural/config"));
        assertThat(ConfigFile.of(Map.of("XDG_CONFIG_HOME", "/etc/me"), home).path())
                .isEqualTo(Path.of("/etc/me/mural/config"));
        assertThat(ConfigFile.of(Map.of("XDG_CONFIG_HOME", "relative"), home).path())
                .isEqualTo(Path.of("/home/me/.config/mural/config"));
        assertThat(ConfigFile.of(Map.of(), home).isThere()).isFalse();
    }
}
