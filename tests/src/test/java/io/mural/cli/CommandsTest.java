package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands beside generate, and the help of all. */
class CommandsTest {
    private static final Path CASES = MuralProcess.GOLDENS.resolve("cases");

    @TempDir
    private Path folder;

    private MuralProcess.Result run(String... args) {
        return new MuralProcess(folder, MuralProcess.QUICK).run(args);
    }

    private MuralProcess.Result good(String... args) {
        var result = run(args);
        assertThat(result.exit()).as("%s", result.err()).isZero();
        assertThat(result.err()).isEmpty();
        return result;
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(
            strings = {"generate", "tiles", "inspect", "quantize", "plan", "parity", "tokenize", "devices", "completion"
            })
    void helpHasExamples(String command) {
        var help = good(command, "--help").out();
        assertThat(help).startsWith("Usage: mural " + command).contains("Examples:", "mural " + command);
        assertThat(help.lines()).allMatch(line -> line.length() <= 80);
        assertThat(good("help", command).out()).isEqualTo(help);
        assertThat(good("--help").out()).contains("  " + command + " ");
    }

    @Test
    void versionNamesMuralAndJava() {
        assertThat(good("--version").out()).matches("mural \\d+\\.\\d+\\.\\d+\\S* \\(.*Java \\d+.*\\)\\R");
    }

    @Tag("full")
    @Test
    void devicesAreListed() {
        assertThat(good("devices").lines())
                .anyMatch(line -> line.startsWith("cpu  "))
                .anyMatch(line -> line.startsWith("cpu:scalar  "))
                .last()
                .asString()
                .contains("processors", "available");
        var json = Json.parse("devices", good("devices", "--json").out());
        assertThat(json.objects("devices").stream().map(device -> device.string("name")))
                .contains("cpu", "cpu:scalar");
        assertThat(json.longInteger("memory_available_bytes")).isPositive();
    }

    @Tag("full")
    @Test
    void parityJudgesCaseByCase() throws IOException {
        var broken = folder.resolve("cases/broken.safetensors");
        Files.createDirectories(broken.getParent());
        Files.writeString(broken, "no case");
        var result = run(
                "parity",
                CASES.resolve("noise.safetensors").toString(),
                broken.toString(),
                CASES.resolve("clip-text.safetensors").toString(),
                CASES.resolve("qwen3-encoder.safetensors").toString());
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.lines())
                .satisfiesExactly(
                        line -> assertThat(line).matches("PASS +noise +noise +error \\S+ \\(at most 1e-06\\) +\\d+ ms"),
                        line -> assertThat(line).startsWith("FAIL ").contains("broken.safetensors", "too few"),
                        line -> assertThat(line).startsWith("PASS ").contains("clip-text"),
                        line -> assertThat(line).contains("qwen3-encoder"),
                        line -> assertThat(line).contains(" passed, 1 failed, "));
        assertThat(result.err()).isEmpty();
        assertThat(run("--verbose", "parity", broken.toString()).err())
                .anyMatch(line -> line.contains("InputException"))
                .anyMatch(line -> line.contains("at io.mural.model.parity.Parity.run("));
    }

    @Tag("full")
    @Test
    void parityAsJson() {
        var lines = good("parity", "--json", CASES.resolve("schedules.json").toString())
                .lines();
        var verdicts = lines.subList(0, lines.size() - 1).stream()
                .map(line -> Json.parse("outcome", line))
                .filter(outcome -> outcome.string("component").equals("flux1-schedule"))
                .map(outcome -> outcome.string("verdict"));
        assertThat(verdicts).isNotEmpty().containsOnly("pass");
        var summary = Json.parse("summary", lines.getLast());
        assertThat(summary.integer("failed")).isZero();
        assertThat(summary.integer("passed")).isPositive();
    }

    @Test
    void tokenizeShowsBothTokenizersOfAModel() {
        var json = Json.parse("tokens", good("tokenize", "a calm sea").out());
        assertThat(json.string("text")).isEqualTo("a calm sea");
        var clip = json.object("clip");
        assertThat(clip.integer("length")).isEqualTo(77);
        assertThat(clip.integers("ids")).hasSize(77).startsWith(779, 320, 717, 639, 780);
        assertThat(clip.integer("used")).isEqualTo(5);
        assertThat(clip.bool("padded")).isTrue();
        assertThat(clip.strings("pieces")).containsExactly("a</w>", "calm</w>", "sea</w>");
        var t5 = json.object("t5");
        assertThat(t5.integer("length")).isEqualTo(32);
        assertThat(t5.strings("pieces")).containsExactly("\u2581a", "\u2581calm", "\u2581sea");
        assertThat(t5.integers("raw_ids")).hasSize(3);
    }

    @Test
    void tokenizeShowsThePromptOfAChat() {
        var model = MuralProcess.GOLDENS.resolve("flux2-tiny").toString();
        var json = Json.parse(
                "tokens",
                good("tokenize", "--model", model, "--length", "40", "A castle").out());
        assertThat(json.has("clip")).isFalse();
        var qwen = json.object("qwen");
        assertThat(qwen.integers("raw_ids")).containsExactly(32, 266, 379);
        assertThat(qwen.integers("ids")).hasSize(40).startsWith(391, 84, 82).endsWith(390);
    }

    /** Its index does not name the tokenizers. */
    @Test
    void tokenizeFindsTheTokenizersOfAFolderByItsFamily() {
        var model = MuralProcess.GOLDENS.resolve("flux1-tiny").toString();
        var json = Json.parse(
                "tokens", good("tokenize", "--model", model, "A castle").out());
        assertThat(json.keys()).containsExactly("text", "clip", "t5");
        assertThat(json.object("t5").integer("length")).isEqualTo(512);
    }

    @Test
    void tokenizeTakesABareTokenizerAndStdin() {
        var tokenizer = MuralProcess.GOLDENS.resolve("flux1-tiny/tokenizer_2").toString();
        var result = new MuralProcess(folder, MuralProcess.QUICK)
                .typing(
                        "a calm \uD83C\uDF05\n",
                        "tokenize",
                        "--tokenizer",
                        tokenizer,
                        "--kind",
                        "t5",
                        "--length",
                        "4",
                        "-");
        assertThat(result.exit()).isZero();
        var json = Json.parse("tokens", result.out());
        assertThat(json.string("text")).isEqualTo("a calm \uD83C\uDF05");
        assertThat(json.has("clip")).isFalse();
        assertThat(json.object("t5").bool("truncated")).isTrue();
        assertThat(json.object("t5").integers("ids")).hasSize(4).endsWith(1);
    }

    @Tag("full")
    @Test
    void inspectTellsWhatThingsAre() {
        assertThat(inspect(MuralProcess.NANO))
                .first()
                .asString()
                .endsWith("mural-nano: a FLUX.1 model in diffusers layout");
        assertThat(inspect(MuralProcess.NANO))
                .anyMatch(line -> line.contains("5.1 million parameters, BF16 9.8 MiB"))
                .anyMatch(line -> line.contains("2 double and 4 single blocks, hidden 192"))
                .anyMatch(line -> line.contains("256x256") && line.contains("of mapped weights"));
        assertThat(inspect(MuralProcess.GOLDENS.resolve("flux2-tiny")))
                .anyMatch(line -> line.endsWith("flux2-tiny: a FLUX.2 model in diffusers layout"))
                .anyMatch(line -> line.contains("Qwen3ForCausalLM"))
                .anyMatch(line -> line.contains("1024x1024, 4 steps, 512 text tokens, true CFG 1"));
        assertThat(inspect(MuralProcess.GOLDENS.resolve("single-file/flux1-tiny-fp8.safetensors")))
                .anyMatch(line -> line.contains("F8_E4M3"))
                .anyMatch(line -> line.contains("original single file, under \"model.diffusion_model.\""));
        assertThat(inspect(MuralProcess.GOLDENS.resolve(
                        "flux1-tiny/transformer/diffusion_pytorch_model.safetensors.index.json")))
                .anyMatch(line -> line.contains("in 10 files"));
        assertThat(inspect(CASES.resolve("t5-encoder.safetensors")))
                .first()
                .asString()
                .endsWith("a reference case for t5-encoder");
    }

    private List<String> inspect(Path path) {
        return good("inspect", path.toString()).lines();
    }

    @Test
    void inspectMatchesALoraWithAModel() {
        var lora = MuralProcess.GOLDENS
                .resolve("loras/style-kohya-diffusers-names.safetensors")
                .toString();
        var tiny = MuralProcess.GOLDENS.resolve("flux1-tiny").toString();
        var json = Json.parse(
                "lora", good("inspect", lora, "--model", tiny, "--json").out());
        assertThat(json.string("kind")).isEqualTo("lora");
        assertThat(json.integers("ranks")).containsExactly(3);
        assertThat(json.numbers("alpha_over_rank")).containsExactly(2);
        assertThat(json.object("match").integer("layers")).isEqualTo(json.integer("layers"));
    }

    @Test
    void inspectAnIncompleteFolderNamesWhatIsMissing() throws IOException {
        var model = BrokenModels.copy(folder.resolve("model"));
        Files.delete(model.resolve(BrokenModels.VAE));
        assertThat(good("inspect", "model").lines()).anyMatch(line -> line.contains("AutoencoderKL, unusable: "));
    }

    @Tag("full")
    @Test
    void inspectShowsTheRecipeOfAPicture() {
        new MuralProcess(folder)
                .run("generate", "a calm sea", "-o", "out.png", "--size", "32", "--steps", "1", "--seed", "11");
        assertThat(good("inspect", "out.png").lines())
                .first()
                .isEqualTo("out.png: a PNG picture, 32x32, made by mural; --from repeats it");
        var json = Json.parse("picture", good("inspect", "out.png", "--json").out());
        assertThat(json.object("recipe").longInteger("seed")).isEqualTo(11);
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh"})
    void completionIsAScriptThatKnowsTheOptions(String shell) throws Exception {
        var script = good("completion", shell).out();
        assertThat(script).contains("--prompts-file", "\"whole\"");
        var check = new ProcessBuilder("bash", "-n").start();
        try (var stdin = check.getOutputStream()) {
            stdin.write(script.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(check.waitFor()).isZero();
    }

    @Test
    void completionForFishHasALineForEachCommandAndOption() {
        assertThat(good("completion", "fish").lines())
                .allMatch(line -> line.matches("complete -c mural (-n '[^']+' )?-\\S.* -d '([^'\\\\]|\\\\.)*'"))
                .contains(
                        "complete -c mural -n '__fish_use_subcommand' -f -a generate -d 'Makes a picture from a prompt.'",
                        "complete -c mural -n '__fish_seen_subcommand_from models; and not __fish_seen_subcommand_from"
                                + " du list rm' -f -a du -d 'What each model takes on the disk, and all of them.'")
                .anyMatch(
                        line -> line.startsWith(
                                "complete -c mural -n '__fish_seen_subcommand_from generate' -l vae -x -a 'auto whole tiled exact'"))
                .anyMatch(line -> line.startsWith(
                        "complete -c mural -n '__fish_seen_subcommand_from generate' -l prompts-file -r"));
    }
}
