package io.mural.model.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.mural.model.token.Tokenizer.Piece;
import io.mural.model.token.sentencepiece.ModelProto;
import io.mural.model.token.sentencepiece.ModelProto.SentencePiece;
import io.mural.model.token.sentencepiece.ModelProto.SentencePiece.Type;
import io.mural.model.token.sentencepiece.TrainerSpec.ModelType;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class T5TokenizerTest {
    private static final Path ROOT = Path.of("..");
    private static final Path NANO_FOLDER = ROOT.resolve("models/mural-nano/tokenizer_2");
    private static final T5Tokenizer NANO = T5Tokenizer.load(NANO_FOLDER);
    private static final T5Tokenizer SMALL = T5Tokenizer.load(ROOT.resolve("goldens/flux1-tiny/tokenizer_2"));

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("goldens")
    void equalsTheGoldens(JsonObject c) {
        same(SMALL.pieces(c.string("text")), c.integers("raw_ids"), c.strings("pieces"));
        int[] ids = c.integers("raw_ids");
        var tokens = SMALL.encode(c.string("text"), 48);
        int taken = Math.min(ids.length, 47);
        int[] expected = Arrays.copyOf(Arrays.copyOf(ids, taken), 48);
        expected[taken] = 1;
        assertThat(tokens).isEqualTo(new Tokens(expected, taken + 1, ids.length > 47));
    }

    static List<JsonObject> goldens() {
        return Json.read(ROOT.resolve("goldens/cases/tokenizers.json")).objects("t5");
    }

    /** The pieces that SentencePiece gives for a mixture of scripts. */
    @ParameterizedTest
    @MethodSource("strings")
    void equalsTheReferenceOnAwkwardText(JsonObject c) {
        var pieces = NANO.sentencePieces(c.string("text"));
        same(pieces, c.integers("ids"), c.strings("pieces"));
    }

    static List<JsonObject> strings() throws Exception {
        return Strings.read("t5");
    }

    /** The pieces that SentencePiece gives for {@link #handMade} with each of a model's flags. */
    @ParameterizedTest
    @MethodSource("flags")
    void obeysTheFlagsOfAModel(JsonObject c) throws Exception {
        save(handMade(c.strings("flags")));
        same(T5Tokenizer.load(folder).pieces(c.string("text")), c.integers("ids"), c.strings("pieces"));
    }

    static List<JsonObject> flags() throws Exception {
        return Strings.read("sentencepiece");
    }

    /** The ids of transformers' T5Tokenizer for this text: the listed tokens are found, and words begin after them. */
    @Test
    void findsTheTokensThatTheConfigurationLists() {
        same(
                NANO.pieces("a</s>b <pad> c"),
                new int[] {4, 1, 110, 334, 0, 110, 237},
                List.of("▁a", "</s>", "▁", "b", "<pad>", "▁", "c"));
        assertThat(NANO.sentencePieces("a</s>")).extracting(Piece::id).doesNotContain(1);
    }

    @Test
    void cutsAndPads() {
        assertThat(NANO.maxLength()).isEqualTo(512);
        assertThat(SMALL.maxLength()).isEqualTo(48);
        assertThat(NANO.encode("a a", 4)).isEqualTo(new Tokens(new int[] {4, 4, 1, 0}, 3, false));
        assertThat(NANO.encode("a a a", 4)).isEqualTo(new Tokens(new int[] {4, 4, 4, 1}, 4, false));
        assertThat(NANO.encode("a a a a", 4)).isEqualTo(new Tokens(new int[] {4, 4, 4, 1}, 4, true));
        assertThat(NANO.encode("", 3)).isEqualTo(new Tokens(new int[] {1, 0, 0}, 1, false));
        fails(() -> NANO.encode("a", 0), "a text length of 0 tokens: choose at least 1");
    }

    @ParameterizedTest
    @MethodSource("io.mural.model.token.Strings#hostile")
    void takesHostileTextInTime(String text) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> NANO.encode(text, 512));
    }

    /** T5's own vocabulary has 32,000 pieces, a few of them long. */
    @Test
    void takesALargeVocabularyInTime() throws Exception {
        var random = new Random(1);
        var model = handMade(List.of());
        for (int i = 0; i < 32_000; i++) {
            var piece = new StringBuilder(random.nextBoolean() ? "\u2581" : "").append(Integer.toString(i, 36));
            model.addPieces(piece(piece.append("q").toString(), -5 - random.nextFloat(), Type.NORMAL));
        }
        model.addPieces(piece("a".repeat(1000), -1, Type.NORMAL));
        save(model);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            var tokenizer = T5Tokenizer.load(folder);
            assertThat(tokenizer.pieces("x" + "a".repeat(100_000))).hasSize(102);
        });
    }

    @Test
    void namesWhatIsWrongWithAModel() throws Exception {
        var file = folder.resolve("spiece.model");
        fails(() -> T5Tokenizer.load(folder), file + ": cannot be read: no such file");
        byte[] whole = Files.readAllBytes(NANO_FOLDER.resolve("spiece.model"));
        Files.write(file, Arrays.copyOf(whole, 100_000));
        fails(() -> T5Tokenizer.load(folder), file + ": is no SentencePiece model, or a truncated one: fetch it again");
        Files.write(file, new byte[0]);
        fails(() -> T5Tokenizer.load(folder), file + ": holds no pieces");
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1\n");
        fails(() -> T5Tokenizer.load(folder), file + ": is no SentencePiece model");

        var model = handMade(List.of());
        model.getTrainerSpecBuilder().setModelType(ModelType.BPE);
        refused(model, ": is a BPE model; T5 takes a UNIGRAM one");
        String unusable = ": is no usable SentencePiece model: it ";
        refused(handMade(List.of()).setPieces(2, piece("u", -1, Type.NORMAL)), unusable + "has no piece for unknown");
        refused(handMade(List.of()).addPieces(piece("u", 0, Type.UNKNOWN)), unusable + "holds two pieces for unknown");
        refused(handMade(List.of()).addPieces(piece("ab", 0, Type.NORMAL)), unusable + "holds piece 18 twice");
        refused(handMade(List.of()).addPieces(piece("", 0, Type.NORMAL)), unusable + "spells piece 18 with 0 bytes");
        refused(
                handMade(List.of()).addPieces(piece("u", Float.NaN, Type.NORMAL)),
                unusable + "scores piece 18 with NaN");
        refused(handMade(List.of("bytes")).removePieces(30), unusable + "has no piece for the byte 12");
        refused(
                handMade(List.of()).setPieces(0, piece("<none>", 0, Type.CONTROL)),
                folder.resolve("tokenizer_config.json"),
                ": \"pad_token\" is \"<pad>\", which spiece.model does not hold");
    }

    /** A double array whose units lead outside it, a replacement without an end, sizes that do not agree. */
    @Test
    void namesADamagedCharacterMap() throws Exception {
        String message = ": its character map is damaged: fetch the file again";
        for (byte[] sizes : new byte[][] {{1}, {0, 0, 0, 0}, {3, 0, 0, 0, 1, 2, 3}, {127, 127, 127, 127, 0}}) {
            var model = handMade(List.of());
            model.getNormalizerSpecBuilder().setPrecompiledCharsmap(ByteString.copyFrom(sizes));
            refused(model, message);
        }
        var random = new Random(2);
        var map = T5TokenizerTest.class.getSimpleName().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        int damaged = 0;
        for (int i = 0; i < 200; i++) {
            var bytes = new byte[4 + 64 * 4 + map.length];
            random.nextBytes(bytes);
            Arrays.fill(bytes, 0, 4, (byte) 0);
            bytes[1] = 1;
            var model = handMade(List.of());
            model.getNormalizerSpecBuilder().setPrecompiledCharsmap(ByteString.copyFrom(bytes));
            save(model);
            var tokenizer = T5Tokenizer.load(folder);
            try {
                tokenizer.encode("all of these\u00e9\u4e2d characters", 20);
            } catch (InputException e) {
                assertThat(e).hasMessage(folder.resolve("spiece.model") + message);
                damaged++;
            }
        }
        assertThat(damaged).isPositive();
    }

    @Test
    void namesAnUnknownEndToken() throws Exception {
        save(handMade(List.of()));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": {\"content\": \"<end>\"}}");
        fails(
                () -> T5Tokenizer.load(folder),
                folder.resolve("tokenizer_config.json") + ": \"eos_token\" is \"<end>\", which spiece.model");
        Files.writeString(
                folder.resolve("tokenizer_config.json"), "{\"added_tokens_decoder\": {\"x\": {\"content\": \"<e>\"}}}");
        fails(
                () -> T5Tokenizer.load(folder),
                folder.resolve("tokenizer_config.json") + ": \"added_tokens_decoder.x\" is no token id");
    }

    /** A model of eighteen pieces, and those of the bytes where a flag asks for them. */
    private static ModelProto.Builder handMade(List<String> flags) {
        var model = ModelProto.newBuilder();
        model.getNormalizerSpecBuilder()
                .setAddDummyPrefix(!flags.contains("nodummy"))
                .setRemoveExtraWhitespaces(!flags.contains("spaces"))
                .setEscapeWhitespaces(!flags.contains("plain"));
        model.getTrainerSpecBuilder()
                .setTreatWhitespaceAsSuffix(flags.contains("suffix"))
                .setByteFallback(flags.contains("bytes"));
        model.addPieces(piece("<pad>", 0, Type.CONTROL));
        model.addPieces(piece("</s>", 0, Type.CONTROL));
        model.addPieces(piece("<unk>", 0, Type.UNKNOWN));
        String[] normal = {"\u2581", " ", "a", "b", "ab", "\u2581a", "\u2581ab", "c", "t", "\u00e9", "bc"};
        float[] scores = {-2, -2.5f, -3, -3, -4, -2.5f, -9, -3.5f, -3.5f, -5, -6.5f};
        for (int i = 0; i < normal.length; i++) {
            model.addPieces(piece(normal[i], scores[i], Type.NORMAL));
        }
        for (var symbol : List.of("cat", "\u2581\u2581", "<x>")) {
            model.addPieces(piece(symbol, 0, Type.USER_DEFINED));
        }
        model.addPieces(piece("abc", -1, Type.UNUSED));
        for (int b = 0; flags.contains("bytes") && b < 256; b++) {
            model.addPieces(piece(String.format("<0x%02X>", b), 0, Type.BYTE));
        }
        return model;
    }

    private static SentencePiece piece(String text, float score, Type type) {
        return SentencePiece.newBuilder()
                .setPiece(text)
                .setScore(score)
                .setType(type)
                .build();
    }

    private void save(ModelProto.Builder model) throws Exception {
        Files.write(folder.resolve("spiece.model"), model.build().toByteArray());
    }

    private void refused(ModelProto.Builder model, String message) throws Exception {
        refused(model, folder.resolve("spiece.model"), message);
    }

    private void refused(ModelProto.Builder model, Path file, String message) throws Exception {
        save(model);
        fails(() -> T5Tokenizer.load(folder), file + message);
    }

    private static void same(List<Piece> pieces, int[] ids, List<String> texts) {
        assertThat(pieces.stream().mapToInt(Piece::id).toArray()).containsExactly(ids);
        assertThat(pieces).extracting(Piece::text).isEqualTo(texts);
    }

    private static void fails(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessageStartingWith(message);
    }
}
