package io.mural.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mural.cli.console.Interrupt;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All commands with inputs that have no end, are folders, empty, in no encoding, named by control characters or full of
 * them: one line that is no fault, soon, nothing that steers a terminal, and no file.
 */
@Tag("full")
@EnabledOnOs(OS.LINUX)
class HostileInputsTest {
    private static final Pattern STEERING =
            Pattern.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]");
    /** A control character of eight bits, and one that turns the order of what follows. */
    private static final String EVIL = "a\u009b31m\u202eb";

    @TempDir
    Path folder;

    @BeforeEach
    void inputs() throws IOException {
        var zero = Path.of("/dev/zero");
        for (var name : new String[] {
            "zero", "zero.png", "zero.txt", "zero.csv", "zero.jsonl", "zero.safetensors", "zero.gguf", "zero.pth"
        }) {
            Files.createSymbolicLink(folder.resolve(name), zero);
        }
        Files.createDirectory(folder.resolve("folder"));
        Files.createFile(folder.resolve("empty"));
        for (var name : new String[] {"bytes", "bytes.txt", "bytes.csv", "bytes.jsonl", "bytes.safetensors", EVIL}) {
            Files.write(folder.resolve(name), ("{\"" + EVIL + "\": \u00ff\u0000}\n").getBytes(ISO_8859_1));
        }
        Files.writeString(folder.resolve("nul.csv"), "prompt,init_image,strength\na sea,a\u0000b,0.5\n", UTF_8);
        Files.writeString(folder.resolve("inf.jsonl"), "{\"prompt\": \"a\", \"guidance\": 1e999}\n");
        Files.writeString(folder.resolve("id.csv"), "id,prompt,model\n../../x,a," + EVIL + "\n");
        picture("picture.png", Map.of());
        picture("nul.png", Map.of("mural", recipe("a\\u0000b.png")));
        picture("evil.png", Map.of("mural", recipe(EVIL)));
        model("endless", "tokenizer/merges.txt");
        model("endless-json", "tokenizer/vocab.json");
        model("endless-config", "transformer/config.json");
        Files.createDirectories(folder.resolve("data"));
        Files.copy(folder.resolve("picture.png"), folder.resolve("data/picture.png"));
        Files.createSymbolicLink(folder.resolve("data/metadata.jsonl"), folder.resolve("bytes.jsonl"));
    }

    private void picture(String name, Map<String, String> texts) {
        PngFile.write(folder.resolve(name), new RgbImage(16, 16, new byte[768]), texts);
    }

    private static String recipe(String start) {
        return "{\"mural\":\"0.1.0\",\"prompt\":\"a\",\"negative\":\"\",\"true_cfg\":1.0,\"width\":64,\"height\":64,"
                + "\"steps\":1,\"seed\":1,\"guidance\":3.5,\"text_tokens\":64,\"noise_dtype\":\"f32\",\"vae\":\"whole\","
                + "\"model\":{\"name\":\"mural-nano\",\"path\":null,\"base\":null},\"loras\":[],"
                + "\"init_image\":{\"path\":\"" + start + "\",\"strength\":0.5,\"sha256\":\"00\"},\"references\":[],"
                + "\"hierarchy\":null,\"device\":\"cpu\",\"gemm\":null,\"precision\":\"f32\",\"products\":\"f32\"}";
    }

    /** The tiny model with one file that has no end. */
    private void model(String name, String endless) throws IOException {
        var from = MuralProcess.GOLDENS.resolve("flux1-tiny");
        var to = folder.resolve(name);
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var place = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(place);
                } else {
                    Files.createSymbolicLink(place, file.toRealPath());
                }
            }
        }
        Files.delete(to.resolve(endless));
        Files.createSymbolicLink(to.resolve(endless), Path.of("/dev/zero"));
    }

    static Stream<String> commands() {
        var generate = Stream.of(
                "generate x --init-image @zero.png",
                "generate x --init-image @folder",
                "generate x --init-image @empty",
                "generate x --init-image @bytes",
                "generate x --init-image @EVIL",
                "generate --from @zero.png",
                "generate --from @nul.png",
                "generate --from @evil.png",
                "generate --prompts-file @zero.txt",
                "generate --prompts-file @folder",
                "generate --prompts-file @bytes.txt",
                "generate --prompts-file @zero.jsonl --layout geneval -o @out",
                "generate __zero__ --wildcards @",
                "generate __bytes__ --wildcards @",
                "generate x --lora @zero.safetensors",
                "generate x --lora @bytes.safetensors",
                "generate x --lora @EVIL",
                "generate x --model @zero.safetensors",
                "generate x --model @zero.gguf",
                "generate x --model @endless",
                "generate x --model @endless-json",
                "generate x --model @endless-config",
                "generate x --size 512x512 --hierarchical-lora @zero.safetensors",
                "generate x --vae a$9\\",
                "generate x --seed $1\\",
                "generate x -o @folder/EVIL/a.png",
                "plan --size 64x64 --model @EVIL",
                "plan --size 64x64 --model @endless-config");
        var others = Stream.of(
                "edit @zero.png --prompt x --region 0,0,16x16",
                "edit @picture.png --prompt x --mask @zero.png",
                "edit @picture.png --prompt x --mask @EVIL",
                "upscale @zero.png --size 512x512",
                "upscale @EVIL --size 512x512",
                "tiles @zero.png",
                "tiles @folder",
                "tiles @EVIL",
                "video x --model @zero.safetensors",
                "video x --model @folder",
                "video x --model @EVIL",
                "convert @zero.pth @out.safetensors",
                "convert @bytes @out.safetensors",
                "convert @EVIL @out.safetensors",
                "quantize @zero.safetensors @out.gguf --to q8",
                "quantize @bytes.safetensors @out.gguf --to q8",
                "quantize @folder @out.gguf --to q8",
                "inspect @zero.png",
                "inspect @zero.safetensors",
                "inspect @zero",
                "inspect @empty",
                "inspect @EVIL",
                "inspect @folder",
                "parity @zero.safetensors",
                "parity @folder",
                "parity @EVIL",
                "tokenize x --model @endless",
                "tokenize x --model @endless-json",
                "tokenize x --tokenizer @folder --kind t5",
                "tokenize x --tokenizer @EVIL --kind qwen",
                "batch @zero.csv --out @results --plan",
                "batch @bytes.csv --out @results --plan",
                "batch @zero.jsonl --out @results --plan",
                "batch @bytes.jsonl --out @results --plan",
                "batch @nul.csv --out @results --plan",
                "batch @inf.jsonl --out @results --plan",
                "batch @id.csv --out @results --plan",
                "evaluate @zero.png --seams",
                "evaluate @folder --seams",
                "evaluate @EVIL --seams",
                "evaluate @picture.png --metrics clip --weights @folder --prompts @zero.txt",
                "evaluate @picture.png --against @zero.png",
                "evaluate geneval @zero.jsonl",
                "evaluate geneval @bytes.jsonl",
                "evaluate geneval @folder",
                "evaluate protocol @zero.txt --out @results --plan",
                "evaluate protocol @bytes.txt --out @results --plan",
                "train style --data @folder -o @out.safetensors --steps 1",
                "train style --data @data -o @out.safetensors --steps 1",
                "train style --data @EVIL -o @out.safetensors --steps 1",
                "serve --token-file @zero.txt --port 0",
                "serve --token-file @bytes --port 0",
                "serve --model @zero.safetensors --port 0",
                "models rm ../../x",
                "models rm EVIL",
                "pull ../x",
                "pull a/b@../c",
                "pull EVIL/x");
        return Stream.concat(generate, others);
    }

    @ParameterizedTest
    @MethodSource("commands")
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void anInputThatMeansHarmEndsInOneLine(String command) throws IOException {
        var before = files();
        var out = new StringWriter();
        var err = new StringWriter();
        var args = Stream.of(command.split(" "))
                .map(word -> word.replace("EVIL", EVIL).replaceFirst("^@", folder + "/"))
                .toArray(String[]::new);
        var stderr = new PrintWriter(err, true);
        int exit = Mural.commandLine(new Interrupt(Thread.currentThread(), stderr))
                .setOut(new PrintWriter(out, true))
                .setErr(stderr)
                .execute(args);
        assertThat(STEERING.matcher(out.toString() + err).find())
                .as("%s%s steers the terminal", out, err)
                .isFalse();
        assertThat(exit).as("%s", err).isIn(1, 2);
        // What parity finds is its result.
        boolean judged =
                command.startsWith("parity @") && exit == 1 && err.toString().isEmpty();
        var said = (judged ? out : err).toString().lines().toList();
        // Before its last line edit tells its way, batch the row and parity the case.
        assertThat(said).hasSizeLessThanOrEqualTo(2);
        assertThat(judged ? said.getFirst() : said.getLast()).startsWith(judged ? "FAIL" : "mural: ");
        assertThat(out.toString() + err).doesNotContain("a fault in mural", "out of memory", "null", "Exception");
        assertThat(files()).isEqualTo(before);
    }

    private Set<String> files() throws IOException {
        try (var files = Files.walk(folder)) {
            return files.map(file -> folder.relativize(file).toString()).collect(Collectors.toSet());
        }
    }
}
