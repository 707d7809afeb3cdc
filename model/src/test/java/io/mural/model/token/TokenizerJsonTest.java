package io.mural.model.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.token.sentencepiece.ModelProto;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The embedded model's tokenizers, written as one {@code tokenizer.json} each as transformers writes them. */
class TokenizerJsonTest {
    private static final Path NANO = Path.of("../models/mural-nano");
    private static final List<String> TEXTS = List.of(
            "It's 3 o'clock: 東京 ½ ﬁne",
            "",
            "  two   spaces \n and\ta tab ",
            "a</s>b <pad> <|endoftext|> <|startoftext|>x",
            "ÀÉÎ ﬀ ① 👩‍🎨 \u0301 İstanbul",
            "the sea, the mountains & the sun");
    private static final String CLIP_WORDS =
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

    @TempDir
    Path folder;

    private static Map<String, Object> token(int id, String content, boolean normalized) {
        return Map.of("id", id, "content", content, "normalized", normalized, "single_word", false, "special", true);
    }

    private Map<String, Object> clip(boolean pairs) throws IOException {
        List<Object> merges = new ArrayList<>();
        for (var line : Files.readAllLines(NANO.resolve("tokenizer/merges.txt"))) {
            if (!line.startsWith("#version") && !line.isBlank()) {
                merges.add(pairs ? List.of(line.split(" ")) : line);
            }
        }
        var vocabulary = Json.read(NANO.resolve("tokenizer/vocab.json"));
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("type", "BPE");
        model.put("unk_token", "<|endoftext|>");
        model.put("continuing_subword_prefix", "");
        model.put("end_of_word_suffix", "</w>");
        model.put("vocab", vocabulary.asMap());
        model.put("merges", merges);
        var json = new LinkedHashMap<String, Object>();
        json.put("added_tokens", List.of(token(779, "<|startoftext|>", true), token(780, "<|endoftext|>", false)));
        json.put(
                "normalizer",
                sequence("normalizers", Map.of("type", "NFC"), Map.of("type", "Replace"), Map.of("type", "Lowercase")));
        json.put(
                "pre_tokenizer",
                sequence(
                        "pretokenizers",
                        Map.of("type", "Split", "pattern", Map.of("Regex", CLIP_WORDS)),
                        Map.of("type", "ByteLevel")));
        json.put("model", model);
        return json;
    }

    private static Map<String, Object> sequence(String name, Object... steps) {
        return Map.of("type", "Sequence", name, List.of(steps));
    }

    private Map<String, Object> t5() throws IOException {
        var proto = ModelProto.parseFrom(Files.readAllBytes(NANO.resolve("tokenizer_2/spiece.model")));
        List<Object> pieces = new ArrayList<>();
        proto.getPiecesList().forEach(piece -> pieces.add(List.of(piece.getPiece(), (double) piece.getScore())));
        var map = Base64.getEncoder()
                .encodeToString(
                        proto.getNormalizerSpec().getPrecompiledCharsmap().toByteArray());
        var json = new LinkedHashMap<String, Object>();
        json.put("added_tokens", List.of(token(0, "<pad>", false), token(1, "</s>", false), token(2, "<unk>", false)));
        json.put("normalizer", Map.of("type", "Precompiled", "precompiled_charsmap", map));
        json.put(
                "pre_tokenizer",
                sequence(
                        "pretokenizers",
                        Map.of("type", "WhitespaceSplit"),
                        Map.of("type", "Metaspace", "replacement", "▁", "prepend_scheme", "always", "split", true)));
        json.put("model", Map.of("type", "Unigram", "unk_id", 2, "vocab", pieces, "byte_fallback", false));
        return json;
    }

    private Path write(Map<String, Object> json) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), Json.write(json));
        return folder;
    }

    @Test
    void clipsIdsAreThoseOfItsTwoFiles() throws IOException {
        var own = ClipTokenizer.load(NANO.resolve("tokenizer"));
        for (boolean pairs : new boolean[] {true, false}) {
            var other = ClipTokenizer.load(write(clip(pairs)));
            for (var text : TEXTS) {
                assertThat(other.pieces(text)).as(text).isEqualTo(own.pieces(text));
                assertThat(other.encode(text, 77).ids())
                        .isEqualTo(own.encode(text, 77).ids());
            }
        }
    }

    @Test
    void t5sIdsAreThoseOfSentencePiece() throws IOException {
        var own = T5Tokenizer.load(NANO.resolve("tokenizer_2"));
        var json = t5();
        var other = T5Tokenizer.load(write(json));
        json.put("normalizer", sequence("normalizers", json.get("normalizer"), Map.of("type", "Strip")));
        json.put("pre_tokenizer", Map.of("type", "Metaspace", "replacement", "▁", "add_prefix_space", true));
        var older = T5Tokenizer.load(write(json));
        for (var text : TEXTS) {
            assertThat(other.pieces(text)).as(text).isEqualTo(own.pieces(text));
            assertThat(other.encode(text, 99).ids())
                    .isEqualTo(own.encode(text, 99).ids());
            assertThat(older.pieces(text)).as(text).isEqualTo(own.pieces(text));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "model, '{\"type\":\"WordPiece\"}', is not",
        "normalizer, '{\"type\":\"NFKD\"}', \"is not\"",
        "pre_tokenizer, '{\"type\":\"Metaspace\",\"replacement\":\"_\",\"pattern\":{\"Regex\":\"x\"}}', own tokenizer",
    })
    void anotherTokenizerIsRefused(String part, String value, String words) throws IOException {
        for (var json : List.of(clip(true), t5())) {
            json.put(part, Json.parse("", value).asMap());
            write(json);
            boolean clip = json.get("added_tokens").toString().contains("startoftext");
            assertThatThrownBy(() -> {
                        if (clip) {
                            ClipTokenizer.load(folder);
                        } else {
                            T5Tokenizer.load(folder);
                        }
                    })
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("tokenizer.json: \"" + part)
                    .hasMessageContaining(words.replace("\"", ""));
        }
    }
}
