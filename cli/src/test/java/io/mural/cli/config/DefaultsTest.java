package io.mural.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.cli.Mural;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.ParameterException;

class DefaultsTest {
    private static final String FILE = "steps = 20\nseed = 1\n[generate]\nsteps = 10\n[preset draft]\nsteps = 4\n";

    @TempDir
    Path folder;

    private Object value(String text, String option, String... args) throws IOException {
        var root = Mural.commandLine();
        Defaults.install(ConfigFile.read(Files.writeString(folder.resolve("config"), text)), root, args);
        return root.parseArgs(args).subcommand().commandSpec().findOption(option).getValue();
    }

    @Test
    void theCommandLineGoesFirstThenThePresetThenTheCommandThenAll() throws IOException {
        assertThat(value(FILE, "--steps", "generate", "x", "--steps", "2", "--preset", "draft")).isEqualTo(2);
        assertThat(value(FILE, "--steps", "generate", "x", "--preset", "draft")).isEqualTo(4);
        assertThat(value(FILE, "--steps", "generate", "x")).isEqualTo(10);
        assertThat(value(FILE, "--steps", "upscale", "x", "--size", "64x64", "--prompt", "x")).isEqualTo(20);
        assertThat(value(FILE, "--seed", "generate", "--preset=draft", "x")).isEqualTo(1L);
        assertThat(value("verbose = true", "--verbose", "generate", "x")).isEqualTo(true);
    }

    /** Else a picture would come out as another one than it was. */
    @Test
    void aPictureThatIsRepeatedTakesNoDefaults() throws IOException {
        assertThat(value(FILE, "--steps", "generate", "--from", "x.png")).isNull();
        assertThat(value(FILE, "--steps", "generate", "--from=x.png", "--preset", "draft")).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stepz = 1 | line 1: stepz: no command has an option --stepz",
                "[inspect];steps = 1 | line 2: steps: mural inspect has no option --steps",
                "[preset p];stepz = 1 | line 2: stepz: no command has an option --stepz",
                "[nothing];steps = 1 | line 2: [nothing] is no command",
                "from = x.png | line 1: from belongs on the command line",
            })
    void whatIsNoOptionIsRefused(String text, String message) {
        assertThatThrownBy(() -> value(text.replace(';', '\n'), "--steps", "generate", "x"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(folder.resolve("config") + ": " + message);
    }

    @Test
    void presetsAreKnownByName() {
        assertThatThrownBy(() -> value(FILE, "--steps", "generate", "x", "--preset", "fine"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("--preset fine: is none of draft");
        assertThatThrownBy(() -> value("", "--steps", "generate", "x", "--preset", "fine"))
                .hasMessageContaining("has no presets");
    }
}
