package io.mural.model.token;

import com.google.protobuf.ByteString;
import io.mural.model.token.sentencepiece.ModelProto;
import io.mural.model.token.sentencepiece.ModelProto.SentencePiece;
import io.mural.model.token.sentencepiece.ModelProto.SentencePiece.Type;
import io.mural.model.token.sentencepiece.NormalizerSpec;
import io.mural.model.token.sentencepiece.TrainerSpec;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A tokenizer in one {@code tokenizer.json}, as transformers saves it: the vocabulary, the merges or scores, and what is
 * done to a text before. The file can describe any tokenizer, so each kind checks that it describes its own.
 */
final class TokenizerJson {
    private static final String NAME = "tokenizer.json";
    /** What stands for a space in SentencePiece's pieces. */
    private static final String SPACE = "\u2581";

    /** CLIP's words. */
    private static final String CLIP_WORDS =
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

    private final JsonObject json;

    private TokenizerJson(JsonObject json) {
        this.json = json;
    }

    /** The file of a folder that holds no {@code other} file, which goes first. */
    static Optional<TokenizerJson> insteadOf(Path folder, String other) {
        var file = folder.resolve(NAME);
        return Files.exists(folder.resolve(other)) || !Files.exists(file)
                ? Optional.empty()
                : Optional.of(new TokenizerJson(Json.read(file)));
    }

    /** The tokens that are found in a text as written. */
    List<AddedTokens.Token> added() {
        List<AddedTokens.Token> added = new ArrayList<>();
        for (var entry : json.objects("added_tokens", List.of())) {
            added.add(new AddedTokens.Token(
                    entry.integer("id"),
                    entry.string("content"),
                    entry.bool("normalized", false),
                    entry.bool("single_word", false)));
        }
        return added;
    }

    /** CLIP's byte pairs; {@link io.mural.tensor.InputException} when the file is of another tokenizer. */
    BytePairs clip(String unknownToken) {
        var model = json.object("model");
        boolean pairs = model.string("type", "BPE").equals("BPE")
                && model.string("end_of_word_suffix", "").equals(BytePairs.WORD_END)
                && model.string("continuing_subword_prefix", "").isEmpty()
                && !model.bool("ignore_merges", false);
        if (!pairs) {
            throw json.error("model", "is not the byte-pair encoding of CLIP; give the model's own tokenizer");
        }
        var steps = types("normalizer", "normalizers");
        if (!steps.contains("NFC")
                || !steps.contains("Lowercase")
                || !Set.of("NFC", "Replace", "Lowercase").containsAll(steps)) {
            throw json.error("normalizer", "is not CLIP's; give the model's own tokenizer");
        }
        boolean words = steps("pre_tokenizer", "pretokenizers").stream()
                .filter(step -> step.has("pattern"))
                .allMatch(step -> step.object("pattern").string("Regex", "").equals(CLIP_WORDS));
        if (!words) {
            throw json.error("pre_tokenizer", "cuts words otherwise than CLIP's; give the model's own tokenizer");
        }
        return BytePairs.withWordEnds(
                model.object("vocab"), unknownToken, json.source() + " merges", () -> BytePairs.merges(model));
    }

    /** The SentencePiece model of T5; {@link io.mural.tensor.InputException} when the file is of another tokenizer. */
    ModelProto sentencePieces() {
        var model = json.object("model");
        if (!model.string("type", "").equals("Unigram")) {
            throw json.error("model", "is not a Unigram model as T5's; give the model's own tokenizer");
        }
        for (var step : steps("pre_tokenizer", "pretokenizers")) {
            boolean metaspace = step.string("type").equals("Metaspace")
                    && step.string("replacement", SPACE).equals(SPACE)
                    && step.string("prepend_scheme", "always").equals("always")
                    && step.bool("add_prefix_space", true);
            if (!metaspace && !step.string("type").equals("WhitespaceSplit")) {
                throw json.error("pre_tokenizer", "is not T5's; give the model's own tokenizer");
            }
        }
        boolean bytes = model.bool("byte_fallback", false);
        return ModelProto.newBuilder()
                .addAllPieces(pieces(model, bytes))
                .setTrainerSpec(TrainerSpec.newBuilder()
                        .setModelType(TrainerSpec.ModelType.UNIGRAM)
                        .setByteFallback(bytes))
                .setNormalizerSpec(NormalizerSpec.newBuilder()
                        .setPrecompiledCharsmap(charsmap())
                        .setAddDummyPrefix(true)
                        .setRemoveExtraWhitespaces(true)
                        .setEscapeWhitespaces(true))
                .build();
    }

    private List<SentencePiece> pieces(JsonObject model, boolean bytes) {
        if (!(model.asMap().get("vocab") instanceof List<?> vocabulary)) {
            throw model.error("vocab", "is no list of pieces with their scores");
        }
        int unknown = model.integer("unk_id");
        Set<String> added = added().stream().map(AddedTokens.Token::content).collect(Collectors.toSet());
        List<SentencePiece> pieces = new ArrayList<>(vocabulary.size());
        for (Object entry : vocabulary) {
            if (!(entry instanceof List<?> pair
                    && pair.size() == 2
                    && pair.getFirst() instanceof String piece
                    && pair.getLast() instanceof Number score)) {
                throw model.error("vocab", "holds an entry that is no piece with its score");
            }
            Type type = pieces.size() == unknown
                    ? Type.UNKNOWN
                    : added.contains(piece)
                            ? Type.CONTROL
                            : bytes && piece.matches("<0x[0-9A-F]{2}>") ? Type.BYTE : Type.NORMAL;
            pieces.add(SentencePiece.newBuilder()
                    .setPiece(piece)
                    .setScore(score.floatValue())
                    .setType(type)
                    .build());
        }
        return pieces;
    }

    /** Beside the map of characters, spaces at the ends and several in a row go, as T5's normaliser has it anyway. */
    private ByteString charsmap() {
        var map = ByteString.EMPTY;
        for (var step : steps("normalizer", "normalizers")) {
            switch (step.string("type")) {
                case "Precompiled" -> map = decoded(step.string("precompiled_charsmap"));
                case "Strip" -> {}
                case "Replace" -> {
                    if (!step.object("pattern").string("Regex", "").equals(" {2,}")) {
                        throw json.error("normalizer", "replaces other than spaces, which T5's does not");
                    }
                }
                default -> throw json.error("normalizer", "is not T5's; give the model's own tokenizer");
            }
        }
        return map;
    }

    private ByteString decoded(String base64) {
        try {
            return ByteString.copyFrom(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            var error = json.error("normalizer", "holds a map of characters that is no Base64");
            error.initCause(e);
            throw error;
        }
    }

    /** The steps of a part, which may be one or a sequence. */
    private List<JsonObject> steps(String part, String sequence) {
        if (!json.has(part)) {
            return List.of();
        }
        var step = json.object(part);
        return step.string("type").equals("Sequence") ? step.objects(sequence) : List.of(step);
    }

    private List<String> types(String part, String sequence) {
        return steps(part, sequence).stream().map(step -> step.string("type")).toList();
    }
}
