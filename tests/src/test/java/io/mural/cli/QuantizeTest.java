package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mural.model.image.ImageFile;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.GgufWriter;
import io.mural.weights.quantize.Quantization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Smaller files of the embedded model, the pictures they make, and what is refused. */
@Tag("full")
class QuantizeTest {
    private static final String NANO = MuralProcess.NANO.toString();

    @TempDir
    private Path folder;

    private MuralProcess.Result run(String... args) {
        return new MuralProcess(folder, MuralProcess.QUICK).run(args);
    }

    private void refused(String words, String... args) {
        var result = run(args);
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).last().asString().startsWith("mural: ").contains(words);
    }

    /** The bounds are those of docs/numerics.md. */
    @ParameterizedTest
    @CsvSource({"q8, 45, Q8_0", "q4, 32, Q4_K"})
    void picturesAreThoseOfTheWholeModel(String target, double decibels, String format) throws IOException {
        var made = run("quantize", NANO, "nano.gguf", "--to", target);
        assertThat(made.exit()).as("%s", made.err()).isZero();
        assertThat(made.lines()).containsExactly("nano.gguf");
        assertThat(made.err().getFirst()).contains("FLUX.1 transformer, 96 tensors, 9.8 MiB becomes");
        assertThat(made.err())
                .filteredOn(line -> line.contains("double_blocks.1.img_mlp.2.weight"))
                .singleElement()
                .asString()
                .contains("BF16 -> " + format + " [192, 768]  error ", ", worst ");
        assertThat(made.err()).anyMatch(line -> line.startsWith("matrices rounded: ") && line.contains("in " + format));

        var whole = new MuralProcess(folder);
        var prompt = List.of("generate", "a calm sea", "--seed", "3", "--steps", "6", "-o");
        assertThat(whole.run(with(prompt, "one.png")).exit()).isZero();
        var small = whole.run(with(prompt, "other.png", "--model", "nano.gguf", "--base", NANO));
        assertThat(small.exit()).as("%s", small.err()).isZero();
        var other = ImageFile.read(folder.resolve("other.png"));
        assertThat(ImageFile.read(folder.resolve("one.png")).psnr(other)).isBetween(decibels, 80.0);
        assertThat(whole.files()).containsExactly("nano.gguf", "one.png", "other.png");
    }

    private static String[] with(List<String> args, String... more) {
        return Stream.concat(args.stream(), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void inspectAndPlanTakeGguf() {
        assertThat(run("quantize", NANO, "nano.gguf", "--to", "q8").exit()).isZero();
        assertThat(run("inspect", "nano.gguf").lines())
                .contains("nano.gguf: FLUX.1 transformer", "  transformer      keys: original single file")
                .anyMatch(line -> line.contains("Q8_0 4.9 MiB"));
        var plan = run("generate", "x", "--size", "1024x1024", "--plan", "--model", "nano.gguf", "--base", NANO);
        assertThat(plan.exit()).as("%s", plan.err()).isZero();
    }

    @Test
    void existingFilesStayUnlessForced() throws IOException {
        Files.writeString(folder.resolve("mine.gguf"), "mine");
        refused("mine.gguf: exists already; --force replaces it", "quantize", NANO, "mine.gguf", "--to", "q8");
        assertThat(folder.resolve("mine.gguf")).hasContent("mine");
        var forced = run("quantize", NANO, "mine.gguf", "--to", "q8", "--force");
        assertThat(forced.exit()).as("%s", forced.err()).isZero();
        refused("is Q8_0 already", "quantize", "mine.gguf", "again.gguf", "--to", "q4");
        refused("mine.gguf: is the file to read", "quantize", "mine.gguf", "./mine.gguf", "--to", "q4", "--force");
        assertThat(new MuralProcess(folder).files()).containsExactly("mine.gguf");
    }

    @Test
    void modelsOfOtherArchitecturesAreNamed() {
        new GgufWriter()
                .text("general.architecture", "llama")
                .add("blk.0.attn_q.weight", DType.Q8_0, new long[] {1, 32}, sink -> sink.put(new byte[34], 0, 34))
                .write(folder.resolve("llama.gguf"));
        refused(
                "llama.gguf: holds no FLUX transformer but, as a GGUF file, a model of the architecture \"llama\"",
                "generate",
                "x",
                "--model",
                "llama.gguf");
        refused("a model of the architecture \"llama\"", "quantize", "llama.gguf", "x.gguf", "--to", "q8");
        assertThat(run("inspect", "llama.gguf").lines())
                .startsWith("llama.gguf: GGUF of the architecture llama, of no model known here");
    }

    @Test
    void aDiskTooSmallIsToldBeforehand() throws Exception {
        onSmallDisk("1m", disk -> {
            refused("cannot be written: it takes ", "quantize", NANO, "disk/nano.gguf", "--to", "q8");
            assertThat(new MuralProcess(disk).files()).isEmpty();
        });
    }

    @Test
    void aDiskThatFillsUpKeepsNothingOfTheFile() throws Exception {
        onSmallDisk("8m", disk -> {
            var filler = disk.resolve("filler");
            try (var checkpoint = Checkpoint.open(MuralProcess.NANO.resolve("transformer"))) {
                var plan = Quantization.of(checkpoint, Quantization.Target.Q8);
                assertThatThrownBy(() -> plan.write(disk.resolve("nano.gguf"), done -> fill(filler)))
                        .isInstanceOf(InputException.class)
                        .hasMessage(disk.resolve("nano.gguf") + ": cannot be written: No space left on device");
            }
            assertThat(new MuralProcess(disk).files()).containsExactly("filler");
        });
    }

    /** Another program that takes what space is left. */
    private static void fill(Path filler) {
        if (Files.exists(filler)) {
            return;
        }
        try (var out = Files.newOutputStream(filler)) {
            out.write(new byte[5 << 20]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void onSmallDisk(String size, Consumer<Path> body) throws Exception {
        var disk = Files.createDirectory(folder.resolve("disk"));
        assumeThat(run(List.of("mount", "-t", "tmpfs", "-o", "size=" + size, "none", disk.toString())))
                .as("mounting takes rights that are not there")
                .isZero();
        try {
            body.accept(disk);
        } finally {
            run(List.of("umount", disk.toString()));
        }
    }

    private static int run(List<String> command) throws Exception {
        try {
            return new ProcessBuilder(command).start().waitFor();
        } catch (IOException e) {
            // there is no such program
            return 127;
        }
    }

    @Test
    void sayHowSmallAndWhat() {
        assertThat(run("quantize", NANO, "x.gguf").err().getFirst()).contains("--to q8 or --to q4");
        assertThat(run("quantize", NANO, "--to", "q8").err().getFirst()).contains("name a model and the GGUF file");
        assertThat(run("quantize", NANO, "x.gguf", "--to", "q3").err().getFirst())
                .contains("'q3' is none of q8, q4");
        refused("nowhere: no such file or folder", "quantize", "nowhere", "x.gguf", "--to", "q8");
        refused("the folder", "quantize", NANO, "no/x.gguf", "--to", "q8");
        refused("holds neither a FLUX transformer", "quantize", NANO + "/vae", "x.gguf", "--to", "q8");
    }
}
