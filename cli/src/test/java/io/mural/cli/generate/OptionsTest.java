package io.mural.cli.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class OptionsTest {
    @ParameterizedTest
    @CsvSource({"512x768, 512, 768", "512X768, 512, 768", "512\u00d7768, 512, 768", "' 64 ', 64, 64"})
    void sizes(String text, int width, int height) {
        assertThat(new SizeOption().convert(text)).isEqualTo(new Size(width, height));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "64x", "x64", "64x64x64", "-64x64", "64.5x64", "9999999x64"})
    void noSizes(String text) {
        assertThatThrownBy(() -> new SizeOption().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "a.safetensors, a.safetensors, 1",
        "a.safetensors:0.8, a.safetensors, 0.8",
        "a.safetensors:-1, a.safetensors, -1",
        "a.safetensors:.5, a.safetensors, 0.5",
        "a.safetensors:1e-1, a.safetensors, 0.1",
        "C:\\loras\\a.safetensors, C:\\loras\\a.safetensors, 1",
        "C:\\loras\\a.safetensors:0.8, C:\\loras\\a.safetensors, 0.8",
        "a.safetensors:strong, a.safetensors:strong, 1",
        "a:b.safetensors:2, a:b.safetensors, 2"
    })
    void lorasWithAndWithoutScale(String text, String file, double scale) {
        assertThat(new LoraOption().convert(text)).isEqualTo(new LoraOption.Adapter(Path.of(file), scale));
    }

    @Test
    void aFileOfThatVeryNameGoesFirst(@TempDir Path folder) throws IOException {
        var file = Files.createFile(folder.resolve("version:2"));
        assertThat(new LoraOption().convert(file.toString())).isEqualTo(new LoraOption.Adapter(file, 1));
    }
}
