package io.mural.model.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class QwenTokenizerTest {
    private static final Path GOLDENS = Path.of("../goldens");
    private static final Path SMALL = GOLDENS.resolve("flux2-tiny/tokenizer");
    private static final int LENGTH = 100_000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("goldens")
    void equalsTheGoldens(JsonObject c) {
        var tokenizer = QwenTokenizer.load(SMALL);
        assertThat(ids(tokenizer, c.string("text"))).containsExactly(c.integers("raw_ids"));
        var tokens = tokenizer.encode(c.string("text"), 64);
        assertThat(tokens.ids()).containsExactly(c.integers("prompt_ids"));
        assertThat(tokens.used())
                .isEqualTo(Arrays.stream(c.integers("attention_mask")).sum());
    }

    static List<JsonObject> goldens() {
        return Json.read(GOLDENS.resolve("cases/tokenizers.json")).objects("qwen");
    }

    /** The JDK reads the same pattern; {@code |} stands where a word should end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "it|'s| a",
                "I|'LL|'Ve|'d|'Re|'ſ|'|x",
                "'|sx|'l|'lL",
                "a|   |b",
                " a|  | b| ",
                "a| \n\n|  b",
                "a|\t\r\n \n| |1|2",
                "--a|-|1|.|x",
                " ...\n\n|x| ?!|\u3000\u00a0|\u2028y",
                "½|Ⅻ|①|e\u0301",
                "é|\u0301|x",
                "👩\u200d|🚀",
                "  ",
                "\n| "
            })
    void cutsWordsAsThePatternDoes(String marked) {
        var text = marked.replace("|", "");
        List<String> words = new ArrayList<>();
        for (int at = 0; at < text.length(); at = at + words.getLast().length()) {
            words.add(text.substring(at, QwenWords.end(text, at)));
        }
        var expected = new ArrayList<String>();
        var matcher = Pattern.compile(QwenWords.PATTERN, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE)
                .matcher(text);
        while (matcher.find()) {
            expected.add(matcher.group());
        }
        assertThat(words).isEqualTo(expected);
    }

    @Test
    void cutsAndPads() {
        var tokenizer = QwenTokenizer.load(SMALL);
        var whole = tokenizer.encode("A castle", 64);
        assertThat(whole.truncated()).isFalse();
        var cut = tokenizer.encode("A castle", 10);
        assertThat(cut.truncated()).isTrue();
        assertThat(cut.used()).isEqualTo(10);
        assertThat(cut.ids()).isEqualTo(Arrays.copyOf(whole.ids(), 10));
        fails(() -> tokenizer.encode("a", 0), "a text length of 0 tokens");
    }

    @ParameterizedTest
    @MethodSource
    void takesHostileTextInTime(String text) {
        var tokenizer = QwenTokenizer.load(SMALL);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> tokenizer.encode(text, 512));
    }

    static List<String> takesHostileTextInTime() {
        return List.of(
                "a".repeat(LENGTH),
                " ".repeat(LENGTH),
                " ".repeat(LENGTH) + "a",
                " \n".repeat(LENGTH / 2) + " a",
                "\n ".repeat(LENGTH / 2) + "a",
                "'".repeat(LENGTH),
                "'l".repeat(LENGTH / 2),
                "\u0301\u0316".repeat(LENGTH / 2),
                "<|im_".repeat(LENGTH / 5),
                "<|im_end|>".repeat(LENGTH / 10),
                "\ud800".repeat(LENGTH),
                "🐉".repeat(LENGTH / 2));
    }

    @Test
    void readsVocabularyAndMergesToo() throws Exception {
        copy("vocab.json");
        copy("merges.txt");
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"pad_token": {"content": "<|endoftext|>"}, "added_tokens_decoder": {
                  "390": {"content": "<|endoftext|>"}, "391": {"content": "<|im_start|>"},
                  "392": {"content": "<|im_end|>"}, "393": {"content": "<think>"}, "394": {"content": "</think>"}}}
                """);
        var mine = QwenTokenizer.load(folder);
        var reference = QwenTokenizer.load(SMALL);
        for (var c : goldens()) {
            assertThat(mine.encode(c.string("text"), 64)).isEqualTo(reference.encode(c.string("text"), 64));
        }
    }

    @Test
    void namesWhatIsWrongWithAFolder() throws Exception {
        fails(() -> QwenTokenizer.load(folder), folder.resolve("vocab.json") + ": cannot be read: no such file");
        var file = folder.resolve("tokenizer.json");
        var text = Files.readString(SMALL.resolve("tokenizer.json"));
        Files.writeString(file, text.replace("\"NFC\"", "\"NFKC\""));
        fails(() -> QwenTokenizer.load(folder), file + ": \"normalizer\" is not NFC");
        Files.writeString(file, text.replace("'s|'t|", "'s|"));
        fails(() -> QwenTokenizer.load(folder), file + ": \"pre_tokenizer\" cuts words otherwise");
        Files.writeString(file, text.replace("\"ignore_merges\": false", "\"ignore_merges\": true"));
        fails(() -> QwenTokenizer.load(folder), file + ": \"model\" is not the byte-pair encoding of Qwen2");
        Files.writeString(file, text.replace("\"lstrip\": false", "\"lstrip\": true"));
        fails(() -> QwenTokenizer.load(folder), file + ": \"added_tokens[0].content\" takes white space");
        Files.writeString(file, text.replace("\"!\": 0", "\"!!!!\": 0"));
        fails(() -> QwenTokenizer.load(folder), file + ": \"model.vocab.!\" is missing");
        Files.writeString(file, text);
        var config = folder.resolve("tokenizer_config.json");
        Files.writeString(config, "{\"padding_side\": \"left\"}");
        fails(() -> QwenTokenizer.load(folder), config + ": \"padding_side\" is not supported");
        Files.writeString(config, "{\"pad_token\": \"<none>\"}");
        fails(() -> QwenTokenizer.load(folder), config + ": \"pad_token\" is \"<none>\", which the tokenizer does not");
    }

    private void copy(String name) throws Exception {
        Files.write(folder.resolve(name), Files.readAllBytes(SMALL.resolve(name)));
    }

    private static int[] ids(QwenTokenizer tokenizer, String text) {
        return tokenizer.pieces(text).stream().mapToInt(Tokenizer.Piece::id).toArray();
    }

    private static void fails(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessageStartingWith(message);
    }
}
