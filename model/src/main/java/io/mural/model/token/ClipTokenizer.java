package io.mural.model.token;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tokenizer of CLIP (Radford et al., "Learning transferable visual models from natural language supervision",
 * 2021): lower case, words of letters, single digits or other characters, each encoded by {@link BytePairs}. A text
 * stands between a begin and an end token. Ids equal those of transformers' {@code CLIPTokenizer}: special tokens are
 * found in the text as written (or, where the configuration says {@code normalized}, in the normalised text), the rest
 * is brought to Unicode's form C and lower case character by character.
 */
public final class ClipTokenizer implements Tokenizer {
    private static final int DEFAULT_LENGTH = 77;
    private static final int MAX_MARKS = 1024;
    private static final String BEGIN = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    private static final List<String> CONTRACTIONS = List.of("'s", "'t", "'re", "'ve", "'m", "'ll", "'d");

    private final BytePairs pairs;
    private final AddedTokens verbatim;
    private final AddedTokens normalized;
    private final int maxLength;
    private final int begin;
    private final int end;
    private final int pad;

    private ClipTokenizer(TokenizerConfig config, List<AddedTokens.Token> tokens, BytePairs pairs) {
        this.pairs = pairs;
        maxLength = config.maxLength(DEFAULT_LENGTH);
        Map<String, AddedTokens.Token> added = new LinkedHashMap<>();
        tokens.forEach(token -> added.put(token.content(), token));
        begin = special(config, added, "bos_token", BEGIN);
        end = special(config, added, "eos_token", END);
        pad = special(config, added, "pad_token", END);
        special(config, added, "unk_token", END);
        verbatim = new AddedTokens(
                added.values().stream().filter(token -> !token.normalized()).toList());
        normalized = new AddedTokens(added.values().stream()
                .filter(AddedTokens.Token::normalized)
                .map(token -> new AddedTokens.Token(token.id(), normalize(token.content()), true, token.singleWord()))
                .toList());
    }

    /**
     * Reads {@code vocab.json}, {@code merges.txt} and {@code tokenizer_config.json} of a tokenizer's folder; where it has
     * no {@code vocab.json}, {@code tokenizer.json}.
     */
    public static ClipTokenizer load(Path folder) {
        var config = TokenizerConfig.load(folder);
        var unknown = config.token("unk_token", END);
        return TokenizerJson.insteadOf(folder, "vocab.json")
                .map(json -> new ClipTokenizer(config, json.added(), json.clip(unknown)))
                .orElseGet(() -> new ClipTokenizer(config, config.added(), BytePairs.load(folder, unknown)));
    }

    /** The id of a special token, which is found in texts too, whether the configuration lists it or only names it. */
    private int special(TokenizerConfig config, Map<String, AddedTokens.Token> added, String key, String defaultToken) {
        String token = config.token(key, defaultToken);
        if (!added.containsKey(token)) {
            int id = pairs.id(token);
            if (id < 0) {
                throw config.unknownToken(key, token, "vocab.json");
            }
            added.put(token, new AddedTokens.Token(id, token, false, false));
        }
        return added.get(token).id();
    }

    @Override
    public Tokens encode(String text, int maxLength) {
        return Tokens.of(new int[] {begin}, pieces(text), end, pad, maxLength);
    }

    @Override
    public int maxLength() {
        return maxLength;
    }

    @Override
    public List<Piece> pieces(String text) {
        List<Piece> out = new ArrayList<>();
        for (var part : verbatim.split(text)) {
            if (part.token() != null) {
                out.add(new Piece(part.token().id(), part.text()));
                continue;
            }
            for (var inner : normalized.split(normalize(part.text()))) {
                if (inner.token() != null) {
                    out.add(new Piece(inner.token().id(), inner.text()));
                } else {
                    words(inner.text(), out);
                }
            }
        }
        return out;
    }

    /** Form C, then lower case: each character by itself, so that a sigma at a word's end is like any other. */
    private static String normalize(String text) {
        var composed = compose(text);
        var lower = new StringBuilder(composed.length());
        composed.codePoints().forEach(c -> {
            lower.appendCodePoint(Character.toLowerCase(c));
            if (c == 'İ') {
                lower.append('\u0307'); // the one letter whose lower case is two characters
            }
        });
        return lower.toString();
    }

    /**
     * Form C. Sorting the marks of one letter takes quadratic time, so an endless pile of them is taken in parts; the
     * stream-safe format of Unicode (UAX #15, section 13) allows 30.
     */
    private static String compose(String text) {
        var out = new StringBuilder(text.length());
        int start = 0;
        int marks = 0;
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            marks = isMark(text.codePointAt(at)) ? marks + 1 : 0;
            if (marks == MAX_MARKS) {
                out.append(Normalizer.normalize(text.substring(start, at), Normalizer.Form.NFC));
                start = at;
                marks = 0;
            }
        }
        return out.append(Normalizer.normalize(text.substring(start), Normalizer.Form.NFC))
                .toString();
    }

    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    /**
     * Splits by the pattern of CLIP, {@code <\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|
     * [^\s\p{L}\p{N}]+}, where the brackets of the first two come apart from their word afterwards. White space
     * separates and is dropped.
     */
    private void words(String text, List<Piece> out) {
        int at = 0;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            int to = at + Character.charCount(c);
            if (Texts.isWhiteSpace(c)) {
                at = to;
                continue;
            }
            if (text.startsWith(BEGIN, at) || text.startsWith(END, at)) {
                int close = text.indexOf("|>", at);
                word(text, at, at + 2, out);
                word(text, at + 2, close, out);
                to = close + 2;
                at = close;
            } else if (contraction(text, at) > 0) {
                to = at + contraction(text, at);
            } else if (Character.isLetter(c)) {
                to = endOfRun(text, at, true);
            } else if (!isNumber(c)) {
                to = endOfRun(text, at, false);
            }
            word(text, at, to, out);
            at = to;
        }
    }

    private void word(String text, int from, int to, List<Piece> out) {
        pairs.encode(Texts.utf8(text.substring(from, to)), out);
    }

    /** The length of the contraction at {@code at}, or 0. */
    private static int contraction(String text, int at) {
        for (var contraction : CONTRACTIONS) {
            if (text.startsWith(contraction, at)) {
                return contraction.length();
            }
        }
        return 0;
    }

    /** The end of the run of letters, or of characters that are neither letters, numbers nor white space. */
    private static int endOfRun(String text, int from, boolean letters) {
        int at = from;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            boolean goesOn =
                    letters ? Character.isLetter(c) : !Character.isLetter(c) && !isNumber(c) && !Texts.isWhiteSpace(c);
            if (!goesOn) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    private static boolean isNumber(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }
}
