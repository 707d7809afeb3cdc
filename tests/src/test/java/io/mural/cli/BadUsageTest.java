package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that cannot be met: one line that names option or file, the right exit code, and no file left. */
@Tag("full")
class BadUsageTest {
    private static final String LORAS = MuralProcess.GOLDENS.resolve("loras").toString();
    private static final String TINY =
            MuralProcess.GOLDENS.resolve("flux1-tiny").toString();

    @TempDir
    private Path folder;

    /** @param named what the message must name */
    record Case(int exit, List<String> args, String... named) {
        @Override
        public String toString() {
            return String.join(" ", args);
        }
    }

    private static Case usage(String line, String... named) {
        return new Case(2, split(line), named);
    }

    private static Case failure(String line, String... named) {
        return new Case(1, split(line), named);
    }

    /** Words by blanks; an underscore stands for a blank inside one, and {@code ''} for an empty one. */
    private static List<String> split(String line) {
        return Arrays.stream(line.split(" "))
                .map(word -> word.equals("''") ? "" : word.replace('_', ' '))
                .toList();
    }

    static Stream<Case> sizesAndNumbers() {
        return Stream.of(
                usage("generate sea --size 100x100", "--size 100x100", "multiple of 16", "96"),
                usage("generate sea --size 64x0", "--size 64x0", "height of 0"),
                usage("generate sea --size 65536x65536", "--size 65536x65536", "pixels"),
                usage("generate sea --size big", "--size", "'big'"),
                failure("generate sea --size 23008x23008", "23008x23008", "memory", "would fit"),
                usage("generate sea --steps 0", "--steps 0"),
                usage("generate sea --steps many", "--steps", "'many' is no whole number"),
                usage("generate sea --seed 99999999999999999999", "--seed"),
                usage("generate sea --count 0", "--count 0"),
                usage("generate sea --text-tokens 0", "--text-tokens 0"),
                usage("generate sea --text-tokens 100000", "--text-tokens 100000"),
                usage("generate sea --true-cfg NaN", "--true-cfg NaN"),
                usage("generate sea --true-cfg -1", "--true-cfg -1"),
                usage("generate sea --true-cfg 3,5", "--true-cfg", "'3,5'", "write 3.5"),
                usage("generate sea --lora style.safetensors:0,8", "--lora", "write style.safetensors:0.8"),
                usage("generate sea --threads 0", "--threads 0"),
                usage("generate sea --device gpu", "--device gpu", "cpu:scalar"),
                usage("generate sea --gemm library", "--gemm library", "cpu", "tornado:cuda", "leave --gemm away"),
                usage(
                        "generate sea --gemm library --device tornado:emulator",
                        "--gemm library: tornado:emulator multiplies matrices with kernels of mural alone"),
                usage("generate sea --storage f32", "--storage: cpu takes weights as their files have them", "leave"),
                usage("generate sea --storage f16", "--storage", "usual, f32"),
                usage("generate sea --gemm fast", "--gemm", "measured, java, library"),
                usage("generate sea --vae sideways", "--vae", "'sideways'", "auto, whole, tiled"),
                usage("generate sea --noise-dtype f8", "--noise-dtype", "f32, f16, bf16"),
                usage("generate sea --progress loud", "--progress", "auto, plain, json, none"));
    }

    static Stream<Case> prompts() {
        return Stream.of(
                usage("generate", "the prompt is missing"),
                usage("generate ''", "the prompt is empty"),
                usage("generate ___", "the prompt is empty"),
                usage("generate a calm sea", "3 prompts", "quotes"),
                usage("generate sea --prompts-file prompts.txt", "--prompts-file"),
                failure("generate --prompts-file nowhere.txt", "nowhere.txt", "--prompts-file"),
                failure("generate --prompts-file empty.txt", "empty.txt", "no prompt"),
                failure("generate --prompts-file noise.bin", "noise.bin", "UTF-8"),
                usage("generate sea --negative fog --true-cfg 1", "--negative", "--true-cfg"));
    }

    static Stream<Case> inputs() {
        return Stream.of(
                failure("generate sea --model nowhere", "nowhere"),
                failure("generate sea --model notes.txt", "notes.txt", "safetensors"),
                failure("generate sea --model model.ckpt", "model.ckpt", "pickle"),
                failure(
                        "generate sea --model " + MuralProcess.GOLDENS.resolve("single-file/flux1-tiny.safetensors"),
                        "flux1-tiny.safetensors",
                        "--base"),
                usage("generate sea --base " + TINY, "--base", "--model"),
                usage("generate sea --guidance 3", "--guidance", "mural-nano", "--true-cfg"),
                failure("generate sea --lora nowhere.safetensors:0.5", "nowhere.safetensors"),
                failure("generate sea --lora " + LORAS + "/style-diffusers.safetensors", "style-diffusers.safetensors"),
                failure("generate sea --lora notes.txt", "notes.txt"),
                usage("generate sea --lora-mode merge", "--lora-mode", "--lora"),
                usage("generate sea --strength 0.5", "--strength", "--init-image"),
                usage("generate sea --strength 2 --init-image small.png", "--strength 2"),
                failure("generate sea --init-image nowhere.png", "nowhere.png", "no such file"),
                failure("generate sea --init-image notes.txt", "notes.txt", "picture"),
                failure("generate --from nowhere.png", "nowhere.png"),
                failure("generate --from notes.txt", "notes.txt", "PNG"),
                failure("generate --from small.png", "small.png", "recipe"),
                failure("generate --from damaged.png", "damaged.png", "recipe", "steps"));
    }

    static Stream<Case> outputs() {
        return Stream.of(
                failure("generate sea -o nowhere/out.png", "nowhere", "no such folder"),
                failure("generate sea -o notes.txt/out.png", "notes.txt", "no such folder"),
                failure("generate sea -o /dev/null", "/dev/null", "regular file"),
                failure("generate sea -o /proc/out.png", "/proc/out.png", "written"),
                failure("generate sea -o " + "x".repeat(250) + ".png", "xxx", "-o"),
                usage("generate sea -o out.webp", "-o out.webp", "PNG or JPEG", "out.png"),
                usage("generate sea -o out.png --quality 80", "--quality", "JPEG", "out.png"),
                usage("generate sea -o out.jpg --quality 0", "--quality 0", "1 to 100"),
                usage("generate sea --count 2 -o -", "-o -", "one picture"),
                usage("generate sea --init-image small.png -o small.png", "-o small.png", "starts from"));
    }

    static Stream<Case> others() {
        return Stream.of(
                usage("''", "unknown command ''"),
                usage("help genrate", "unknown command 'genrate'"),
                usage("genrate sea", "'genrate'", "generate"),
                usage("generate sea --sise 64", "'--sise'", "--size"),
                usage("generate sea --seed 1 --seed 2", "--seed", "twice"),
                usage("generate sea --lora", "--lora needs a value"),
                usage("inspect", "name a model"),
                failure("inspect nowhere", "nowhere"),
                failure("inspect notes.txt", "notes.txt"),
                usage("parity", "name case files"),
                failure("parity nowhere", "nowhere"),
                failure("parity " + TINY, "no reference cases"),
                usage("tokenize", "the text is missing"),
                usage("tokenize a b", "quotes"),
                usage("tokenize --tokenizer " + TINY + "/tokenizer a", "--kind"),
                usage("tokenize --kind t5 a", "--tokenizer"),
                failure("tokenize --tokenizer nowhere --kind t5 a", "nowhere"),
                failure("tokenize --tokenizer " + TINY + "/vae --kind clip a", "vocab.json"),
                usage("tokenize --length 0 a", "--length 0"),
                usage("devices too many", "'too'"),
                usage("completion tcsh", "'tcsh'", "bash, zsh, fish"),
                usage("generate sea --depth 12", "--depth 12", "8 or 16"),
                usage("generate sea --depth 16 -o sea.jpg", "--depth is for PNG", "sea.jpg"),
                usage("edit small.png --prompt sea --region 0,0,16x16 --depth 16", "--depth 16", "8 bits"),
                usage("generate sea --preview 0", "--preview", "kitty, sixel or blocks"),
                usage("generate sea --preview iterm", "--preview", "'iterm'"),
                usage("generate sea --preview auto", "--preview auto", "stderr is no terminal"),
                usage("generate sea --preview blocks --progress json", "--preview", "--progress json"),
                usage("generate sea --grid colour=red", "--grid", "'colour=red' is no axis"),
                usage("generate sea --grid steps=4,x", "--grid", "'x' is no number for steps"),
                usage("generate sea --grid seed=4..1", "--grid", "'4..1' is empty"),
                usage("generate sea --grid seed=1,1", "--grid", "a value twice"),
                usage("generate sea --grid seed=1..99", "--grid", "at most 64"),
                usage("generate sea --grid seed=1 --grid seed=2", "--grid seed is given twice"),
                usage("generate sea --grid seed=1,2 --count 2", "--grid", "--count"),
                usage("generate sea --grid seed=1,2 -o sheet.jpg", "--grid", "PNG"),
                usage("generate sea --cell 1,1", "--cell", "--from"),
                usage("generate --from small.png --cell first", "--cell", "'first' is no place"),
                usage("generate sea --preset draft", "--preset draft", "no presets"));
    }

    @BeforeEach
    void files() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "These are notes, and no model at all.\n");
        Files.writeString(folder.resolve("prompts.txt"), "a calm sea\n");
        Files.writeString(folder.resolve("empty.txt"), "# nothing\n\n   \n");
        Files.write(folder.resolve("noise.bin"), new byte[] {(byte) 0xff, (byte) 0xfe, (byte) 0x80, 1, 2, 3});
        Files.write(folder.resolve("model.ckpt"), new byte[] {(byte) 0x80, 2, '}', 'q', '.'});
        var image = new RgbImage(32, 32, new byte[32 * 32 * 3]);
        PngFile.write(folder.resolve("small.png"), image, Map.of("parameters", "by another program"));
        PngFile.write(
                folder.resolve("damaged.png"),
                image,
                Map.of(
                        "mural",
                        "{\"mural\":\"0.1\",\"prompt\":\"sea\",\"negative\":\"\",\"text_tokens\":64,\"true_cfg\":1,"
                                + "\"width\":32,\"height\":32,\"vae\":\"whole\",\"steps\":\"two\",\"model\":{}}"));
    }

    @ParameterizedTest
    @MethodSource({"sizesAndNumbers", "prompts", "inputs", "outputs", "others"})
    void oneLineNamesTheOption(Case bad) {
        var mural = new MuralProcess(folder, MuralProcess.QUICK);
        var before = mural.files();
        var result = mural.run(bad.args().toArray(String[]::new));
        // Edit tells its way before.
        int told = bad.args().getFirst().equals("edit") ? result.err().size() - 1 : 0;
        assertThat(result.err().subList(Math.max(0, told), result.err().size()))
                .singleElement()
                .asString()
                .startsWith("mural: ")
                .contains(bad.named());
        assertThat(result.exit()).isEqualTo(bad.exit());
        assertThat(result.out()).isEmpty();
        assertThat(mural.files()).isEqualTo(before);
    }
}
