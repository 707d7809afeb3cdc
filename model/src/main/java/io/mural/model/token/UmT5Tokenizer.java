package io.mural.model.token;

import java.nio.file.Path;
import java.util.List;
import org.jsoup.parser.Parser;

/**
 * The tokenizer of umT5 as Wan runs it: the text is tidied, then cut as transformers' fast tokenizer does, which knows
 * no bytes: characters without a piece are the unknown token, those in a row one of it.
 */
public final class UmT5Tokenizer implements Tokenizer {
    private static final int DEFAULT_LENGTH = 512;

    private final FastUnigram unigram;
    private final int maxLength;
    private final int end;
    private final int pad;

    private UmT5Tokenizer(FastUnigram unigram, TokenizerConfig config) {
        this.unigram = unigram;
        maxLength = config.maxLength(DEFAULT_LENGTH);
        end = special(config, "eos_token", "</s>");
        pad = special(config, "pad_token", "<pad>");
    }

    private int special(TokenizerConfig config, String key, String absent) {
        String token = config.token(key, absent);
        int id = unigram.id(token);
        if (id < 0) {
            throw config.unknownToken(key, token, "the model");
        }
        return id;
    }

    /** Reads {@code tokenizer.json}, or {@code spiece.model} where there is none, and {@code tokenizer_config.json}. */
    public static UmT5Tokenizer load(Path folder) {
        var config = TokenizerConfig.load(folder);
        return new UmT5Tokenizer(FastUnigram.load(folder, config.added()), config);
    }

    /**
     * A prompt as it is tokenized: HTML's character references undone twice, every run of white space one blank, none at
     * the ends. diffusers also repairs wrongly decoded text (ftfy), which most prompts do not have.
     */
    public static String clean(String prompt) {
        var text = Parser.unescapeEntities(Parser.unescapeEntities(prompt, false), false);
        var out = new StringBuilder();
        boolean blank = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Texts.isWhiteSpace(c) || c >= 0x1C && c <= 0x1F) {
                blank = !out.isEmpty();
                continue;
            }
            if (blank) {
                out.append(' ');
                blank = false;
            }
            out.append(c);
        }
        return out.toString();
    }

    @Override
    public Tokens encode(String text, int maxLength) {
        return Tokens.of(new int[0], pieces(text), end, pad, maxLength);
    }

    @Override
    public List<Piece> pieces(String text) {
        return unigram.pieces(clean(text));
    }

    @Override
    public int maxLength() {
        return maxLength;
    }
}
