package io.mural.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.mural.cli.tornado.InstalledSdk;
import io.mural.hub.StubHub;
import io.mural.model.image.ImageFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command that a page shows is typed as it stands there, in a folder in which tiny models have the published
 * models' names. Pictures are made smaller and in fewer steps; what a page shows as output must come out.
 */
@Tag("full")
class SnippetsTest {
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final Set<String> MAKERS = Set.of("generate", "upscale", "video");
    /** Their output is the same on every machine. */
    private static final Set<String> EXACT = Set.of("inspect", "tokenize");

    /**
     * A command of a page.
     *
     * @param line as it stands there, from {@code mural} on
     * @param output the lines below it, up to the next command; "..." stands for the rest
     */
    record Snippet(Path page, String line, List<String> output) {
        String command() {
            return line.replaceFirst("\\s+# .*", "");
        }

        List<String> words() {
            var words = new ArrayList<String>();
            var matches = WORD.matcher(command());
            while (matches.find()) {
                words.add(matches.group(1) == null ? matches.group(2) : matches.group(1));
            }
            return words.subList(1, words.size());
        }

        @Override
        public String toString() {
            return page.getFileName() + ": " + line;
        }
    }

    private static final StubHub HUB = new StubHub();

    @TempDir
    private static Path folder;

    private static Map<String, String> environment;

    @BeforeAll
    static void nameTinyModelsAsThePagesDo() throws IOException {
        var root = MuralProcess.ROOT;
        var goldens = MuralProcess.GOLDENS;
        Files.createSymbolicLink(folder.resolve("models"), root.resolve("models"));
        Files.createSymbolicLink(folder.resolve("goldens"), goldens);
        Files.createSymbolicLink(folder.resolve("FLUX.1-dev"), goldens.resolve("flux1-tiny"));
        Files.createSymbolicLink(folder.resolve("FLUX.1-schnell"), goldens.resolve("flux1-tiny"));
        Files.createSymbolicLink(folder.resolve("FLUX.2-klein-4B"), goldens.resolve("flux2-tiny"));
        Map.of(
                        "Wan2.1", "wan-tiny",
                        "wan2.1_t2v_1.3B_bf16.safetensors", "single-file/wan-tiny-fp8.safetensors",
                        "umt5_xxl_fp16.safetensors", "single-file/umt5-tiny-bf16.safetensors",
                        "wan_2.1_vae.safetensors", "single-file/wan-vae-tiny-bf16.safetensors")
                .forEach((name, file) ->
                        link(folder.resolve(name), goldens.resolve("video").resolve(file)));
        Files.createSymbolicLink(
                folder.resolve("flux1-schnell.safetensors"), goldens.resolve("single-file/flux1-tiny.safetensors"));
        Files.createSymbolicLink(
                folder.resolve("style.safetensors"),
                root.resolve("models/mural-nano-hierarchical-lora/pytorch_lora_weights.safetensors"));
        Files.writeString(folder.resolve("prompts.csv"), "prompt,width,height,steps\na calm sea,32,32,1\n");
        var made = new MuralProcess(folder)
                .run("generate", "a calm sea", "--size", "64x64", "--steps", "1", "-o", "picture.png");
        assertThat(made.exit()).as("%s", made.err()).isZero();
        var photo = ImageFile.read(folder.resolve("picture.png"));
        assertThat(photo.width()).isEqualTo(64);
        for (var copy : List.of("photo.png", "photo.jpg", "castle.png")) {
            Files.copy(folder.resolve("picture.png"), folder.resolve(copy));
        }
    }

    /** The hub is on loopback; models are tiny there, too. */
    @BeforeAll
    static void publishTinyModels() throws IOException {
        HUB.add("black-forest-labs/FLUX.2-klein-4B", MuralProcess.GOLDENS.resolve("flux2-tiny"));
        HUB.add(
                "someone/a-style-lora",
                "style.safetensors",
                Files.readAllBytes(MuralProcess.GOLDENS.resolve("loras/hierarchical-flux2.safetensors")));
        environment = Map.of(
                "HF_ENDPOINT",
                HUB.address(),
                "HF_HUB_CACHE",
                folder.resolve("hub").toString(),
                "XDG_CONFIG_HOME",
                folder.resolve("nothing").toString());
    }

    /** The file that the page shows is the one that its commands are run with. */
    @BeforeAll
    static void configureAsThePageDoes() throws IOException {
        var page = Files.readString(MuralProcess.ROOT.resolve("docs/config.md"));
        var shown = page.substring(page.indexOf("```ini\n") + "```ini\n".length());
        Files.writeString(
                Files.createDirectories(folder.resolve("config/mural")).resolve("config"),
                shown.substring(0, shown.indexOf("```")));
    }

    private static Map<String, String> environment(Snippet snippet) {
        var all = new HashMap<>(environment);
        if (snippet.page().endsWith("config.md")) {
            all.put("XDG_CONFIG_HOME", folder.resolve("config").toString());
        }
        return all;
    }

    @AfterAll
    static void closeHub() {
        HUB.close();
    }

    private static void link(Path name, Path file) {
        try {
            Files.createSymbolicLink(name, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Snippet> snippets() throws IOException {
        var snippets = new ArrayList<Snippet>();
        try (Stream<Path> docs = Files.list(MuralProcess.ROOT.resolve("docs"))) {
            var pages = Stream.concat(Stream.of(MuralProcess.ROOT.resolve("README.md")), docs.sorted())
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList();
            for (var page : pages) {
                snippets.addAll(in(page));
            }
        }
        assertThat(snippets).hasSizeGreaterThan(20);
        return snippets;
    }

    private static List<Snippet> in(Path page) throws IOException {
        var found = new ArrayList<Snippet>();
        boolean code = false;
        for (var line : Files.readAllLines(page)) {
            if (line.startsWith("```")) {
                code = !code;
            } else if (code && (line.startsWith("./mural ") || line.startsWith("$ mural "))) {
                found.add(new Snippet(page, line.substring(2), new ArrayList<>()));
            } else if (code && !found.isEmpty()) {
                found.getLast().output().add(line);
            }
        }
        return found;
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void works(Snippet snippet) throws IOException {
        assumeFalse(
                Files.readString(MuralProcess.ROOT.resolve(".ci/run")).contains("\n./" + snippet.command() + "\n"),
                ".ci/run runs it, at its full length");
        var words = snippet.words();
        if (words.contains("tornado")) {
            InstalledSdk.home(); // or skipped, with the reason
        }
        var result =
                new MuralProcess(folder).run("", environment(snippet), smaller(words).toArray(String[]::new));
        boolean refusal = snippet.output().stream().anyMatch(line -> line.startsWith("mural: --"));
        assertThat(result.exit()).as("%s", result.err()).isEqualTo(refusal ? 2 : 0);
        if (refusal) {
            assertThat(result.err()).isEqualTo(snippet.output());
        }
        if (EXACT.contains(words.getFirst()) && !snippet.output().isEmpty()) {
            var shown = snippet.output().stream()
                    .takeWhile(line -> !line.strip().equals("..."))
                    .toList();
            assertThat(result.lines()).startsWith(shown.toArray(String[]::new));
        }
    }

    /** The same command for a picture that takes a second or two. */
    private static List<String> smaller(List<String> words) {
        var smaller = new ArrayList<>(words);
        if (!MAKERS.contains(words.getFirst()) || words.contains("--plan")) {
            return smaller;
        }
        int size = words.indexOf("--size") + 1;
        if (size == 0 && !words.contains("--init-image")) {
            smaller.addAll(List.of("--size", "64x64"));
        } else if (size > 0 && words.get(size).matches("\\d{4,}x\\d+")) {
            smaller.set(size, "448x448");
        }
        smaller.addAll(List.of("--steps", "2"));
        if (words.getFirst().equals("video")) {
            smaller.addAll(List.of("--frames", "5"));
        }
        return smaller;
    }
}
