package io.mural.tornado.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Kernels over weights in several formats are written out once a format, because TornadoVM lets local arrays be passed to no
 * method. They may differ in the type of the weights and in how an element becomes a float, and in nothing else.
 */
class FormatKernelsTest {
    private static final Path SOURCES = Path.of("src/main/java/io/mural/tornado/kernels");

    @ParameterizedTest
    @CsvSource({
        "GemmKernels, gemmF32, gemmF16 gemmBF16",
        "ConvKernels, convF32, convF16 convBF16",
        "ElementKernels, embeddingF32, embeddingF16 embeddingBF16",
        "ElementKernels, copyF16, copyBF16",
    })
    void formatsAreComputedWithAlike(String file, String first, String others) throws IOException {
        var source = Files.readString(SOURCES.resolve(file + ".java"));
        var wanted = body(source, first);
        assertThat(wanted).hasSizeGreaterThan(100);
        for (var other : List.of(others.split(" "))) {
            assertThat(body(source, other)).as(other).isEqualTo(wanted);
        }
    }

    /** Parameters and body of a kernel without what belongs to its format. */
    private static String body(String source, String kernel) {
        int from = source.indexOf("static void " + kernel + "(");
        assertThat(from).as(kernel).isPositive();
        int at = source.indexOf('{', from);
        for (int depth = 1; depth > 0; ) {
            at++;
            depth += source.charAt(at) == '{' ? 1 : source.charAt(at) == '}' ? -1 : 0;
        }
        return source.substring(from, at)
                .replaceAll("\\s+", "")
                .replaceFirst(kernel, "kernel")
                .replaceAll("(HalfFloat|BFloat16|Float)Array(w|table|x|out)\\b", "Array$2")
                // the format's own line: named or in place, with a conversion or without
                .replaceAll("BFloat16\\.bf16ToFloat\\(((w|table)\\.get\\([^;]*\\))\\)", "$1")
                .replace(".getFloat32()", "")
                .replaceAll("floatvalue=(table\\.get\\([^;]*\\));out\\.set\\((.*),value\\);", "out.set($2,$1);");
    }
}
