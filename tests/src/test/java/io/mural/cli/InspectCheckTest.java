package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.weights.file.Checkpoint;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mural inspect --check} reads what a model holds. */
@Tag("full")
class InspectCheckTest {
    @TempDir
    private Path folder;

    private MuralProcess.Result inspect(String... more) {
        var args = new String[more.length + 1];
        args[0] = "inspect";
        System.arraycopy(more, 0, args, 1, more.length);
        return new MuralProcess(folder, MuralProcess.QUICK).run(args);
    }

    @Test
    void aSoundModelPasses() {
        var result = inspect(MuralProcess.NANO.toString(), "--check");
        assertThat(result.err()).isEmpty();
        assertThat(result.exit()).isZero();
        assertThat(result.lines())
                .filteredOn(line -> line.startsWith("  checked"))
                .hasSize(4)
                .allMatch(line -> line.endsWith("tensors, all numbers finite"));
    }

    @Test
    void aWeightThatIsNoNumberIsNamedWithItsPlace() throws IOException {
        var model = BrokenModels.copy(folder.resolve("model"));
        var vae = model.resolve(BrokenModels.VAE);
        long at;
        try (var checkpoint = Checkpoint.open(vae)) {
            var bias = checkpoint.info("decoder.conv_in.bias");
            at = bias.offset() + 2L * bias.dtype().bytes();
        }
        try (var file = new RandomAccessFile(vae.toFile(), "rw")) {
            file.seek(at);
            file.write(new byte[] {0, 0, (byte) 0xc0, 0x7f}); // a float32 NaN
        }
        var result = inspect(model.toString(), "--check");
        assertThat(result.exit()).isEqualTo(Failures.FAILED);
        assertThat(result.err())
                .singleElement()
                .asString()
                .contains(BrokenModels.VAE, "decoder.conv_in.bias[2] is NaN", "1 of its", "download the file again");
        var json = inspect(model.toString(), "--check", "--json");
        assertThat(json.exit()).isEqualTo(Failures.FAILED);
        var damaged = Json.parse("inspect", json.out()).objects("checks").stream()
                .flatMap(check -> check.objects("damaged").stream())
                .toList();
        assertThat(damaged).singleElement().satisfies(found -> {
            assertThat(found.string("tensor")).isEqualTo("decoder.conv_in.bias");
            assertThat(found.string("value")).isEqualTo("NaN");
        });
    }

    @Test
    void mixedFormatsAreListed() {
        var fp8 = MuralProcess.GOLDENS.resolve("single-file/flux1-tiny-fp8.safetensors");
        var result = inspect(fp8.toString(), "--check");
        assertThat(result.exit()).isZero();
        assertThat(result.lines())
                .anyMatch(line -> line.matches("  mixed +F16 in \\d+ of \\d+ tensors, F8_E4M3 in most: .*"));
    }

    @Test
    void finerFormatsInAFileOfBlocksAreNoMixture() {
        var quantized = folder.resolve("nano.gguf");
        assertThat(new MuralProcess(folder, MuralProcess.QUICK)
                        .run("quantize", MuralProcess.NANO.toString(), quantized.toString(), "--to", "q8")
                        .exit())
                .isZero();
        var result = inspect(quantized.toString(), "--check");
        assertThat(result.exit()).isZero();
        assertThat(result.lines())
                .anyMatch(line -> line.endsWith("tensors, all numbers finite"))
                .noneMatch(line -> line.contains("mixed"));
    }

    @Test
    void aPictureHasNoWeights() throws IOException {
        var picture = folder.resolve("x.png");
        BrokenModels.write(picture, new byte[] {(byte) 0x89, 'P', 'N', 'G', 0});
        var result = inspect(picture.toString(), "--check");
        assertThat(result.exit()).isEqualTo(Failures.BAD_USAGE);
        assertThat(result.err()).singleElement().asString().contains("a picture has no weights to --check");
    }
}
