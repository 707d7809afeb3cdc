package io.mural.model.token;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tokenizer of Qwen2 and Qwen3: bytes joined by {@link BytePairs} within {@link QwenWords}. Ids equal those of
 * transformers' {@code Qwen2TokenizerFast}: added tokens are found in the text as written, the rest is brought to
 * Unicode's form C. A prompt becomes a chat of one message, as FLUX.2 klein was trained on.
 */
public final class QwenTokenizer implements Tokenizer {
    private static final int DEFAULT_LENGTH = 512;
    private static final String PAD = "<|endoftext|>";

    private final BytePairs pairs;
    private final AddedTokens added;
    private final int maxLength;
    private final int pad;

    private QwenTokenizer(TokenizerConfig config, BytePairs pairs, List<AddedTokens.Token> added) {
        this.pairs = pairs;
        this.added = new AddedTokens(added);
        maxLength = config.maxLength(DEFAULT_LENGTH);
        String padToken = config.token("pad_token", PAD);
        pad = added.stream()
                .filter(token -> token.content().equals(padToken))
                .mapToInt(AddedTokens.Token::id)
                .findFirst()
                .orElseThrow(() -> config.unknownToken("pad_token", padToken, "the tokenizer"));
    }

    /** Reads {@code tokenizer.json} or, where there is none, {@code vocab.json} and {@code merges.txt}. */
    public static QwenTokenizer load(Path folder) {
        var config = TokenizerConfig.load(folder);
        config.requireRightPadding();
        var file = folder.resolve("tokenizer.json");
        if (!Files.exists(file)) {
            return new QwenTokenizer(config, BytePairs.loadByteLevel(folder), config.added());
        }
        var json = Json.read(file);
        requireQwen(json);
        var model = json.object("model");
        List<AddedTokens.Token> added = new ArrayList<>();
        for (var entry : json.objects("added_tokens", List.of())) {
            if (entry.bool("lstrip", false) || entry.bool("rstrip", false) || entry.bool("normalized", false)) {
                throw entry.error("content", "takes white space or is normalised, which Qwen's tokens do not");
            }
            added.add(new AddedTokens.Token(
                    entry.integer("id"), entry.string("content"), false, entry.bool("single_word", false)));
        }
        var pairs = BytePairs.byteLevel(model.object("vocab"), file + " merges", BytePairs.merges(model));
        return new QwenTokenizer(config, pairs, added);
    }

    /** The file can describe any tokenizer; this is one. */
    private static void requireQwen(JsonObject json) {
        var model = json.object("model");
        if (!model.string("type", "BPE").equals("BPE") || model.bool("ignore_merges", false)) {
            throw json.error("model", "is not the byte-pair encoding of Qwen2; give FLUX.2 klein's own tokenizer");
        }
        if (!json.object("normalizer").string("type").equals("NFC")) {
            throw json.error("normalizer", "is not NFC as Qwen2's; give FLUX.2 klein's own tokenizer");
        }
        boolean words = json.object("pre_tokenizer").objects("pretokenizers").stream()
                .filter(step -> step.has("pattern"))
                .allMatch(step -> step.object("pattern").string("Regex").equals(QwenWords.PATTERN));
        if (!words) {
            throw json.error("pre_tokenizer", "cuts words otherwise than Qwen2's; give FLUX.2 klein's own tokenizer");
        }
    }

    /** A prompt as Qwen3's chat template renders it for an answer without thinking. */
    static String chat(String prompt) {
        return "<|im_start|>user\n" + prompt + "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n";
    }

    /** The ids of the prompt as a chat, cut or padded at the end to {@code maxLength}. */
    @Override
    public Tokens encode(String text, int maxLength) {
        if (maxLength < 1) {
            throw new InputException("a text length of " + maxLength + " tokens: choose at least 1");
        }
        var pieces = pieces(chat(text));
        int used = Math.min(maxLength, pieces.size());
        var ids = new int[maxLength];
        for (int i = 0; i < used; i++) {
            ids[i] = pieces.get(i).id();
        }
        Arrays.fill(ids, used, maxLength, pad);
        return new Tokens(ids, used, used < pieces.size());
    }

    @Override
    public int maxLength() {
        return maxLength;
    }

    @Override
    public List<Piece> pieces(String text) {
        List<Piece> out = new ArrayList<>();
        for (var part : added.split(text)) {
            if (part.token() != null) {
                out.add(new Piece(part.token().id(), part.text()));
            } else {
                words(FormC.of(part.text()), out);
            }
        }
        return out;
    }

    private void words(String text, List<Piece> out) {
        for (int at = 0; at < text.length(); ) {
            int end = QwenWords.end(text, at);
            pairs.encode(Texts.utf8(text.substring(at, end)), out);
            at = end;
        }
    }
}
