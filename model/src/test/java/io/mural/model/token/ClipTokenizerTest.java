package io.mural.model.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClipTokenizerTest {
    private static final Path ROOT = Path.of("..");
    private static final Path NANO_FOLDER = ROOT.resolve("models/mural-nano/tokenizer");
    private static final ClipTokenizer NANO = ClipTokenizer.load(NANO_FOLDER);
    private static final ClipTokenizer SMALL = ClipTokenizer.load(ROOT.resolve("goldens/flux1-tiny/tokenizer"));
    /** The published vocabulary of 49,408 tokens, beside the repository where it is at hand. */
    private static final Path FULL = ROOT.resolve("../shared/data/clip-bpe");

    @ParameterizedTest
    @MethodSource("goldens")
    void equalsTheGoldens(JsonObject c) {
        assertThat(ids(SMALL.pieces(c.string("text")))).containsExactly(c.integers("raw_ids"));
        var tokens = SMALL.encode(c.string("text"), SMALL.maxLength());
        assertThat(tokens.ids()).containsExactly(c.integers("ids"));
        int length = c.integers("raw_ids").length;
        assertThat(tokens.used()).isEqualTo(Math.min(length + 2, 16));
        assertThat(tokens.truncated()).isEqualTo(length + 2 > 16);
    }

    static List<JsonObject> goldens() {
        return Json.read(ROOT.resolve("goldens/cases/tokenizers.json")).objects("clip");
    }

    /** The ids that transformers' CLIPTokenizer gives for a mixture of scripts. */
    @ParameterizedTest
    @MethodSource("strings")
    void equalsTheReferenceOnAwkwardText(JsonObject c) {
        assertThat(ids(NANO.pieces(c.string("text")))).containsExactly(c.integers("nano"));
    }

    @Test
    void equalsTheReferenceWithTheFullVocabulary() throws Exception {
        if (!Files.isDirectory(FULL)) {
            System.out.println("skipped: no published CLIP vocabulary at "
                    + FULL.toAbsolutePath().normalize());
            Assumptions.abort("no published CLIP vocabulary at " + FULL);
        }
        var tokenizer = ClipTokenizer.load(FULL);
        for (var c : strings()) {
            assertThat(ids(tokenizer.pieces(c.string("text"))))
                    .as(c.string("text"))
                    .containsExactly(c.integers("full"));
        }
    }

    static List<JsonObject> strings() throws Exception {
        return Strings.read("clip");
    }

    @Test
    void spellsPieces() {
        var pieces = NANO.pieces("A é <|endoftext|>");
        assertThat(pieces).extracting(Tokenizer.Piece::text).containsExactly("a</w>", "Ã", "©</w>", "<|endoftext|>");
    }

    @Test
    void cutsAndPads() {
        assertThat(NANO.maxLength()).isEqualTo(77);
        assertThat(NANO.encode("a", 5)).isEqualTo(new Tokens(new int[] {779, 320, 780, 780, 780}, 3, false));
        assertThat(NANO.encode("a a a", 5)).isEqualTo(new Tokens(new int[] {779, 320, 320, 320, 780}, 5, false));
        assertThat(NANO.encode("a a a a", 5)).isEqualTo(new Tokens(new int[] {779, 320, 320, 320, 780}, 5, true));
        assertThat(NANO.encode("a", 2)).isEqualTo(new Tokens(new int[] {779, 780}, 2, true));
        fails(() -> NANO.encode("a", 1), "a text length of 1 tokens: choose at least 2");
    }

    @ParameterizedTest
    @MethodSource("io.mural.model.token.Strings#hostile")
    void takesHostileTextInTime(String text) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> NANO.encode(text, 77));
    }

    @Test
    void readsAFolderWithoutConfiguration(@TempDir Path folder) throws Exception {
        copy(NANO_FOLDER, folder, "vocab.json");
        copy(NANO_FOLDER, folder, "merges.txt");
        assertThat(ClipTokenizer.load(folder).encode("a cat", 77)).isEqualTo(NANO.encode("a cat", 77));
    }

    @Test
    void namesWhatIsWrongWithAFolder(@TempDir Path folder) throws Exception {
        var vocabulary = folder.resolve("vocab.json");
        var merges = folder.resolve("merges.txt");
        fails(() -> ClipTokenizer.load(folder), vocabulary + ": cannot be read: no such file");
        copy(NANO_FOLDER, folder, "vocab.json");
        fails(() -> ClipTokenizer.load(folder), merges + ": cannot be read: no such file");

        Files.writeString(merges, "#version: 0.2\ns t\nq zz\n");
        fails(() -> ClipTokenizer.load(folder), merges + ": line 3 needs the token \"zz\", which vocab.json does not");
        Files.writeString(merges, "#version: 0.2\ns t x\n");
        fails(() -> ClipTokenizer.load(folder), merges + ": line 2 is not two tokens with a space between them");
        Files.write(merges, new byte[] {'a', (byte) 0xff});
        fails(() -> ClipTokenizer.load(folder), merges + ": not valid UTF-8 text");

        Files.writeString(vocabulary, "{\"a\": 0}");
        fails(() -> ClipTokenizer.load(folder), vocabulary + ": \"<|endoftext|>\" is missing");
        Files.writeString(vocabulary, "{\"a\": 2000000000, \"<|endoftext|>\": 1}");
        fails(() -> ClipTokenizer.load(folder), vocabulary + ": \"a\" is 2000000000, expected an id from 0 to 1048575");
        Files.writeString(vocabulary, "{\"a\": 1, \"<|endoftext|>\": 1}");
        fails(() -> ClipTokenizer.load(folder), vocabulary + ": \"<|endoftext|>\" is 1, which is the id of another");

        copy(NANO_FOLDER, folder, "vocab.json");
        copy(NANO_FOLDER, folder, "merges.txt");
        var config = folder.resolve("tokenizer_config.json");
        Files.writeString(config, "{\"pad_token\": \"<none>\"}");
        fails(() -> ClipTokenizer.load(folder), config + ": \"pad_token\" is \"<none>\", which vocab.json does not");
        Files.writeString(config, "{\"model_max_length\": 1}");
        fails(() -> ClipTokenizer.load(folder), config + ": \"model_max_length\" is 1.0, expected at least 2");
    }

    private static void copy(Path from, Path to, String name) throws Exception {
        Files.write(to.resolve(name), Files.readAllBytes(from.resolve(name)));
    }

    private static int[] ids(List<Tokenizer.Piece> pieces) {
        return pieces.stream().mapToInt(Tokenizer.Piece::id).toArray();
    }

    private static void fails(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessageStartingWith(message);
    }
}
