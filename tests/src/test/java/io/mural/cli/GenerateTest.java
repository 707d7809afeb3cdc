package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.image.ImageFile;
import io.mural.model.image.PngFile;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures from the command line, small and of few steps. */
class GenerateTest {
    private static final String PROMPT = "a sunset over purple mountains and a calm sea";

    @TempDir
    private Path folder;

    private MuralProcess.Result generate(String... args) {
        var all = new String[args.length + 5];
        all[0] = "generate";
        System.arraycopy(args, 0, all, 1, args.length);
        all[args.length + 1] = "--size";
        all[args.length + 2] = "64x48";
        all[args.length + 3] = "--steps";
        all[args.length + 4] = "2";
        return new MuralProcess(folder).run(all);
    }

    private byte[] pixels(String name) {
        return ImageFile.read(folder.resolve(name)).rgb();
    }

    private Map<String, String> texts(String name) {
        return PngFile.texts(folder.resolve(name));
    }

    @Test
    void writesAPictureAndSaysWhere() {
        var result = generate(PROMPT, "-o", "out.png", "--seed", "1234");
        assertThat(result.exit()).isZero();
        assertThat(result.lines()).containsExactly("out.png");
        assertThat(result.err()).anyMatch(line -> line.startsWith("mural-nano: 64x48, 2 steps, seed 1234, cpu with"));
        assertThat(result.err().getLast()).startsWith("out.png: seed 1234, ");
        var image = ImageFile.read(folder.resolve("out.png"));
        assertThat(image.width()).isEqualTo(64);
        assertThat(image.height()).isEqualTo(48);
        assertThat(new MuralProcess(folder).files()).containsExactly("out.png");
    }

    @Tag("full")
    @Test
    void theModelsFolderSaysWhichFamilyItIs() {
        var result = generate(PROMPT, "-o", "out.png", "--model", MuralProcess.GOLDENS.resolve("flux2-tiny") + "");
        assertThat(result.exit()).as("%s", result.err()).isZero();
        assertThat(ImageFile.read(folder.resolve("out.png")).width()).isEqualTo(64);
        var recipe = Json.parse("recipe", texts("out.png").get("mural"));
        assertThat(recipe.number("true_cfg")).isEqualTo(1);
        assertThat(recipe.has("guidance")).isFalse();
    }

    @Tag("full")
    @Test
    void referencesCountAndAreRemembered() {
        var model = MuralProcess.GOLDENS.resolve("flux2-tiny").toString();
        assertThat(new MuralProcess(folder)
                        .run("generate", PROMPT, "--size", "80x64", "--steps", "1", "-o", "one.png", "--seed", "2")
                        .exit())
                .isZero();
        generate(PROMPT, "-o", "without.png", "--model", model, "--seed", "1");
        var result = generate(PROMPT, "-o", "with.png", "--model", model, "--seed", "1", "--reference", "one.png");
        assertThat(result.exit()).as("%s", result.err()).isZero();
        assertThat(pixels("with.png")).isNotEqualTo(pixels("without.png"));
        generate("--from", "with.png", "-o", "again.png");
        assertThat(pixels("again.png")).isEqualTo(pixels("with.png"));
        var refused = generate(PROMPT, "-o", "no.png", "--reference", "one.png");
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).anyMatch(line -> line.contains("--reference: mural-nano takes no reference"));
    }

    @Tag("full")
    @Test
    void thePictureCarriesItsParameters() {
        generate(PROMPT, "-o", "out.png", "--seed", "7", "--true-cfg", "2", "--negative", "fog, rain");
        var texts = texts("out.png");
        assertThat(texts.get("parameters").lines())
                .containsExactly(
                        PROMPT,
                        "Negative prompt: fog, rain",
                        "Steps: 2, Sampler: Euler, Schedule type: Simple, CFG scale: 2, Seed: 7, Size: 64x48,"
                                + " Model: mural-nano, Version: mural "
                                + Json.parse("recipe", texts.get("mural")).string("mural"));
        var recipe = Json.parse("recipe", texts.get("mural"));
        assertThat(recipe.string("prompt")).isEqualTo(PROMPT);
        assertThat(recipe.string("negative")).isEqualTo("fog, rain");
        assertThat(recipe.number("true_cfg")).isEqualTo(2);
        assertThat(recipe.longInteger("seed")).isEqualTo(7);
        assertThat(recipe.string("noise_dtype")).isEqualTo("bf16");
        assertThat(recipe.integer("text_tokens")).isEqualTo(32);
        assertThat(recipe.object("model").string("name")).isEqualTo("mural-nano");
        assertThat(recipe.object("model").has("path")).isFalse();
    }

    @Tag("full")
    @Test
    void aPictureRepeatsItselfToThePixel() {
        generate(PROMPT, "-o", "first.png", "--true-cfg", "1.5", "--noise-dtype", "f32", "--text-tokens", "24");
        assertThat(new MuralProcess(folder)
                        .run("generate", "--from", "first.png", "-o", "again.png")
                        .exit())
                .isZero();
        assertThat(pixels("again.png")).isEqualTo(pixels("first.png"));
        assertThat(texts("again.png")).isEqualTo(texts("first.png"));

        new MuralProcess(folder)
                .run("generate", "--from", "first.png", "-o", "other.png", "--seed", "1", "a green meadow by day");
        var recipe = Json.parse("recipe", texts("other.png").get("mural"));
        assertThat(recipe.string("prompt")).isEqualTo("a green meadow by day");
        assertThat(recipe.number("true_cfg")).isEqualTo(1.5);
        assertThat(recipe.integer("steps")).isEqualTo(2);
        assertThat(recipe.longInteger("seed")).isEqualTo(1);
        assertThat(pixels("other.png")).isNotEqualTo(pixels("first.png"));
    }

    @Tag("full")
    @Test
    void anImageToImagePictureWithALoraRepeatsItself() throws IOException {
        generate("a calm sea", "-o", "start.png", "--seed", "3");
        var lora = MuralProcess.GOLDENS.resolve("loras/style-diffusers.safetensors");
        var result = new MuralProcess(folder)
                .run(
                        "generate",
                        "a house",
                        "-o",
                        "first.png",
                        "--model",
                        MuralProcess.GOLDENS.resolve("flux1-tiny").toString(),
                        "--init-image",
                        "start.png",
                        "--strength",
                        "0.75",
                        "--lora",
                        lora + ":0.5",
                        "--guidance",
                        "2",
                        "--steps",
                        "4",
                        "--text-tokens",
                        "16");
        assertThat(result.exit()).as("%s", result.err()).isZero();
        var recipe = Json.parse("recipe", texts("first.png").get("mural"));
        assertThat(recipe.integer("width")).isEqualTo(64);
        assertThat(recipe.integer("height")).isEqualTo(48);
        assertThat(recipe.number("guidance")).isEqualTo(2);
        assertThat(recipe.objects("loras").getFirst().number("scale")).isEqualTo(0.5);
        assertThat(texts("first.png").get("parameters"))
                .startsWith("a house <lora:style-diffusers:0.5>\n")
                .contains("Distilled CFG Scale: 2,")
                .contains("Denoising strength: 0.75,");
        new MuralProcess(folder).run("generate", "--from", "first.png", "-o", "again.png");
        assertThat(pixels("again.png")).isEqualTo(pixels("first.png"));

        Files.copy(
                folder.resolve("again.png"),
                folder.resolve("start.png"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        var changed = new MuralProcess(folder).run("generate", "--from", "first.png", "-o", "changed.png");
        assertThat(changed.exit()).isZero();
        assertThat(changed.err()).anyMatch(line -> line.startsWith("mural: warning: start.png has changed"));
    }

    @Tag("full")
    @Test
    void countNumbersThePicturesAndTheirSeeds() {
        var result = generate("a calm sea", "-o", "out.png", "--seed", "5", "--count", "2", "--progress", "none");
        assertThat(result.lines()).containsExactly("out-1.png", "out-2.png");
        assertThat(result.err())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("out-1.png: seed 5, "),
                        line -> assertThat(line).startsWith("out-2.png: seed 6, "));
        generate("a calm sea", "-o", "six.png", "--seed", "6");
        assertThat(pixels("out-2.png")).isEqualTo(pixels("six.png"));
    }

    @Tag("full")
    @Test
    void promptsComeFromAFile() throws IOException {
        Files.writeString(folder.resolve("prompts.txt"), "\uFEFFa calm sea\r\n\r\n# not this\r\n  desert dunes  \r\n");
        var result = generate("--prompts-file", "prompts.txt", "--seed", "9");
        assertThat(result.exit()).isZero();
        assertThat(result.lines()).containsExactly("a-calm-sea-9.png", "desert-dunes-9.png");
        assertThat(texts("desert-dunes-9.png").get("parameters")).startsWith("desert dunes\n");
    }

    @Tag("full")
    @Test
    void aNameMadeFromThePromptNeverReplacesAFile() throws IOException {
        Files.writeString(folder.resolve("a-calm-sea-1.png"), "precious");
        var result = generate("A calm... sea!", "--seed", "1");
        assertThat(result.lines()).containsExactly("a-calm-sea-1-2.png");
        assertThat(Files.readString(folder.resolve("a-calm-sea-1.png"))).isEqualTo("precious");
    }

    @Tag("full")
    @Test
    void aNameGivenIsReplacedAndAFolderIsFilled() throws IOException {
        Files.writeString(folder.resolve("out.png"), "old");
        assertThat(generate("a calm sea", "-o", "out.png").exit()).isZero();
        assertThat(ImageFile.read(folder.resolve("out.png")).width()).isEqualTo(64);
        Files.createDirectory(folder.resolve("pictures"));
        assertThat(generate("a calm sea", "-o", "pictures", "--seed", "2").lines())
                .containsExactly("pictures/a-calm-sea-2.png");
    }

    @Tag("full")
    @Test
    void progressAsJsonIsAnObjectALine() {
        var result = generate("a calm sea", "-o", "out.png", "--seed", "4", "--progress", "json");
        var events =
                result.err().stream().map(line -> Json.parse("event", line)).toList();
        assertThat(events.stream().map(event -> event.string("event")).filter(name -> !name.equals("unit")))
                .containsExactly(
                        "plan", "picture", "stage", "step", "step", "stage", "step", "step", "stage", "step", "done");
        assertThat(events.getFirst().longInteger("seed")).isEqualTo(4);
        assertThat(events.getFirst().longInteger("memory_bytes")).isPositive();
        assertThat(events.stream()
                        .filter(event -> event.has("stage"))
                        .map(event -> event.string("stage"))
                        .distinct())
                .containsExactly("text", "denoise", "decode");
        assertThat(events.getLast().string("path")).isEqualTo("out.png");
    }

    @Tag("full")
    @Test
    void hugeAndNonBmpPromptsWorkAndSayWhatIsUsed() {
        var huge = "mountains \uD83C\uDF05 ".repeat(7000);
        assertThat(huge.getBytes(java.nio.charset.StandardCharsets.UTF_8).length)
                .isGreaterThan(100_000);
        try {
            Files.writeString(folder.resolve("huge.txt"), huge);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        var result = generate("--prompts-file", "huge.txt", "--seed", "1");
        assertThat(result.exit()).isZero();
        assertThat(result.err())
                .filteredOn(line -> line.startsWith("mural: warning: "))
                .singleElement()
                .asString()
                .contains("CLIP uses the first 75 of its ")
                .contains("T5 uses the first 31 of its ");
        assertThat(generate("\uD83C\uDF05\uD83C\uDF0A", "-o", "emoji.png").exit())
                .isZero();
        assertThat(texts("emoji.png").get("mural")).contains("\uD83C\uDF05\uD83C\uDF0A");
    }

    @Tag("full")
    @Test
    void tilesAndMergedLorasGiveAPictureToo() {
        var lora = MuralProcess.GOLDENS.resolve("loras/style-kohya-diffusers-names.safetensors");
        var result = new MuralProcess(folder)
                .run(
                        "generate",
                        "a house",
                        "-o",
                        "out.png",
                        "--model",
                        MuralProcess.GOLDENS
                                .resolve("single-file/flux1-tiny-bf16.safetensors")
                                .toString(),
                        "--base",
                        MuralProcess.GOLDENS.resolve("flux1-tiny").toString(),
                        "--lora",
                        lora.toString(),
                        "--lora-mode",
                        "merge",
                        "--vae",
                        "tiled",
                        "--size",
                        "32",
                        "--steps",
                        "1",
                        "--text-tokens",
                        "8",
                        "--device",
                        "cpu:scalar",
                        "--threads",
                        "1");
        assertThat(result.exit()).as("%s", result.err()).isZero();
        var recipe = Json.parse("recipe", texts("out.png").get("mural"));
        assertThat(recipe.string("vae")).isEqualTo("tiles");
        assertThat(recipe.string("device")).isEqualTo("cpu:scalar");
        assertThat(recipe.objects("loras").getFirst().string("mode")).isEqualTo("merge");
    }
}
