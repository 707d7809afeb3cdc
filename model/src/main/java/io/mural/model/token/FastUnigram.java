package io.mural.model.token;

import com.google.protobuf.InvalidProtocolBufferException;
import io.mural.model.token.Tokenizer.Piece;
import io.mural.model.token.sentencepiece.ModelProto;
import io.mural.model.token.sentencepiece.ModelProto.SentencePiece;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;

/**
 * A Unigram model as Hugging Face's fast tokenizers run it, from {@code tokenizer.json}; from {@code spiece.model} alone as
 * transformers converts that. It differs from SentencePiece: characters are mapped in the units a reader sees, each word is
 * cut by itself, blanks beside special tokens stay, and none is spelled in bytes.
 */
final class FastUnigram {
    private static final char WORD_START = '\u2581';
    private static final String FILE = "tokenizer.json";

    /** Which blanks beside it a special token takes. */
    private record Sides(boolean left, boolean right) {}

    private final Unigram unigram;
    private final UnaryOperator<String> normalizer;
    private final AddedTokens added;
    private final Map<Integer, Sides> sides;

    private FastUnigram(
            Unigram unigram, UnaryOperator<String> normalizer, AddedTokens added, Map<Integer, Sides> sides) {
        this.unigram = unigram;
        this.normalizer = normalizer;
        this.added = added;
        this.sides = sides;
    }

    static FastUnigram load(Path folder, List<AddedTokens.Token> configured) {
        var file = folder.resolve(FILE);
        return Files.exists(file) ? ofJson(Json.read(file)) : ofModel(folder.resolve("spiece.model"), configured);
    }

    private static FastUnigram ofModel(Path file, List<AddedTokens.Token> configured) {
        try {
            var model = ModelProto.parseFrom(Texts.read(file));
            if (model.getPiecesCount() == 0) {
                throw new InputException(file + ": holds no pieces, so it is no SentencePiece model");
            }
            var unigram = new Unigram(model.getPiecesList(), false);
            var map = Charsmap.parse(
                    file.toString(),
                    model.getNormalizerSpec().getPrecompiledCharsmap().toByteArray());
            var mapped = new GraphemeMap(map);
            return new FastUnigram(
                    unigram,
                    text -> mapped.apply(text).replaceAll(" {2,}", " "),
                    new AddedTokens(configured),
                    Map.of());
        } catch (InvalidProtocolBufferException e) {
            throw new InputException(file + ": is no SentencePiece model, or a truncated one: fetch it again", e);
        } catch (IllegalArgumentException e) {
            throw new InputException(file + ": is no usable SentencePiece model: it " + e.getMessage(), e);
        }
    }

    private static FastUnigram ofJson(JsonObject json) {
        var model = json.object("model");
        if (!model.string("type").equals("Unigram")) {
            throw model.error("type", "is " + model.string("type") + "; umT5's tokenizer is a Unigram model");
        }
        if (model.bool("byte_fallback", false)) {
            throw model.error("byte_fallback", "is true, which umT5's tokenizer does not have");
        }
        requireMetaspace(json.object("pre_tokenizer"));
        var tokens = new ArrayList<AddedTokens.Token>();
        var sides = new HashMap<Integer, Sides>();
        for (var token : json.objects("added_tokens", List.of())) {
            tokens.add(new AddedTokens.Token(
                    token.integer("id"),
                    token.string("content"),
                    token.bool("normalized", false),
                    token.bool("single_word", false)));
            sides.put(token.integer("id"), new Sides(token.bool("lstrip", false), token.bool("rstrip", false)));
        }
        UnaryOperator<String> normalizer =
                json.has("normalizer") ? normalizer(json.object("normalizer")) : UnaryOperator.identity();
        return new FastUnigram(unigram(model), normalizer, new AddedTokens(tokens), sides);
    }

    private static void requireMetaspace(JsonObject step) {
        if (step.string("type").equals("Sequence")) {
            // Some files split at white space first, which Metaspace does anyway.
            step.objects("pretokenizers").stream()
                    .filter(each -> !each.string("type").equals("WhitespaceSplit"))
                    .forEach(FastUnigram::requireMetaspace);
            return;
        }
        boolean always = step.string("prepend_scheme", "always").equals("always")
                && step.bool("add_prefix_space", true)
                && step.bool("split", true);
        if (!step.string("type").equals("Metaspace") || !always) {
            throw step.error("type", "is no Metaspace that begins every word, which umT5's tokenizer has");
        }
    }

    private static Unigram unigram(JsonObject model) {
        if (!(model.asMap().get("vocab") instanceof List<?> vocab)) {
            throw model.error("vocab", "is no list of pieces with their scores");
        }
        int unknown = model.integer("unk_id");
        var pieces = new ArrayList<SentencePiece>(vocab.size());
        for (var entry : vocab) {
            if (!(entry instanceof List<?> pair
                    && pair.size() == 2
                    && pair.get(0) instanceof String piece
                    && pair.get(1) instanceof Number score)) {
                throw model.error("vocab", "is no list of pieces with their scores");
            }
            var type = pieces.size() == unknown ? SentencePiece.Type.UNKNOWN : SentencePiece.Type.NORMAL;
            pieces.add(SentencePiece.newBuilder()
                    .setPiece(piece)
                    .setScore(score.floatValue())
                    .setType(type)
                    .build());
        }
        try {
            return new Unigram(pieces, false);
        } catch (IllegalArgumentException e) {
            throw new InputException(model.source() + ": \"model.vocab\" " + e.getMessage(), e);
        }
    }

    private static UnaryOperator<String> normalizer(JsonObject step) {
        return switch (step.string("type")) {
            case "Sequence" -> {
                var steps = step.objects("normalizers").stream()
                        .map(FastUnigram::normalizer)
                        .toList();
                yield text -> {
                    var out = text;
                    for (var each : steps) {
                        out = each.apply(out);
                    }
                    return out;
                };
            }
            case "Precompiled" -> new GraphemeMap(charsmap(step));
            case "Strip" -> {
                boolean left = step.bool("strip_left", true);
                boolean right = step.bool("strip_right", true);
                yield text -> stripped(text, left, right);
            }
            case "Replace" -> {
                var pattern = step.object("pattern");
                boolean blanks = pattern.has("Regex") && pattern.string("Regex").equals(" {2,}");
                String literal = pattern.string("String", "");
                if (!blanks && literal.isEmpty()) {
                    throw step.error("pattern", "is not supported; umT5's tokenizer replaces runs of blanks");
                }
                String content = step.string("content");
                yield text -> blanks
                        ? text.replaceAll(" {2,}", Matcher.quoteReplacement(content))
                        : text.replace(literal, content);
            }
            default ->
                throw step.error("type", "is " + step.string("type") + ", a step umT5's tokenizer does not have");
        };
    }

    private static Charsmap charsmap(JsonObject step) {
        try {
            return Charsmap.parse(step.source(), Base64.getDecoder().decode(step.string("precompiled_charsmap")));
        } catch (IllegalArgumentException e) {
            throw new InputException(step.source() + ": its character map is no base 64 text: fetch the file again", e);
        }
    }

    /** The id of a whole piece or special token, or -1. */
    int id(String piece) {
        return unigram.id(piece);
    }

    /** The pieces of a text, special tokens among them. */
    List<Piece> pieces(String text) {
        var out = new ArrayList<Piece>();
        var parts = added.split(text);
        for (int i = 0; i < parts.size(); i++) {
            var part = parts.get(i);
            if (part.token() != null) {
                out.add(new Piece(part.token().id(), part.text()));
            } else {
                boolean left = i > 0 && sides(parts.get(i - 1)).right();
                boolean right = i + 1 < parts.size() && sides(parts.get(i + 1)).left();
                words(normalizer.apply(stripped(part.text(), left, right)), out);
            }
        }
        return out;
    }

    private Sides sides(AddedTokens.Part part) {
        return sides.getOrDefault(part.token() == null ? -1 : part.token().id(), new Sides(false, false));
    }

    private static String stripped(String text, boolean left, boolean right) {
        var out = left ? text.stripLeading() : text;
        return right ? out.stripTrailing() : out;
    }

    /** Every word with the mark of its beginning, cut by itself. */
    private void words(String text, List<Piece> out) {
        if (text.isEmpty()) {
            return;
        }
        var marked = text.replace(' ', WORD_START);
        if (marked.charAt(0) != WORD_START) {
            marked = WORD_START + marked;
        }
        int from = 0;
        while (from < marked.length()) {
            int to = marked.indexOf(WORD_START, from + 1);
            to = to < 0 ? marked.length() : to;
            unigram.encode(Texts.utf8(marked.substring(from, to)), out);
            from = to;
        }
    }
}
