package io.mural.model.token;

import com.google.protobuf.InvalidProtocolBufferException;
import io.mural.model.token.sentencepiece.ModelProto;
import io.mural.model.token.sentencepiece.TrainerSpec.ModelType;
import io.mural.tensor.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokenizer of T5 (Raffel et al., "Exploring the limits of transfer learning", 2020): a SentencePiece model read
 * from {@code spiece.model}, whose ids and pieces equal SentencePiece's own. A text ends in the end token.
 *
 * <p>SentencePiece does not find control tokens such as {@code </s>} in a text. The tokenizer that diffusers runs finds
 * those that the folder's configuration lists under {@code added_tokens_decoder}, and so does this one; the text
 * between them is tokenized by itself, as if a word began there. A folder without that list gives plain SentencePiece.
 */
public final class T5Tokenizer implements Tokenizer {
    private static final int DEFAULT_LENGTH = 512;
    private static final String END = "</s>";
    private static final String PAD = "<pad>";

    private final SentenceNormalizer normalizer;
    private final Unigram unigram;
    private final AddedTokens added;
    private final int maxLength;
    private final int end;
    private final int pad;

    private T5Tokenizer(
            SentenceNormalizer normalizer, Unigram unigram, TokenizerConfig config, List<AddedTokens.Token> tokens) {
        this.normalizer = normalizer;
        this.unigram = unigram;
        added = new AddedTokens(tokens);
        maxLength = config.maxLength(DEFAULT_LENGTH);
        end = special(config, tokens, "eos_token", END);
        pad = special(config, tokens, "pad_token", PAD);
    }

    private int special(TokenizerConfig config, List<AddedTokens.Token> tokens, String key, String absent) {
        String token = config.token(key, absent);
        for (var candidate : tokens) {
            if (candidate.content().equals(token)) {
                return candidate.id();
            }
        }
        int id = unigram.id(token);
        if (id < 0) {
            throw config.unknownToken(key, token, "spiece.model");
        }
        return id;
    }

    /**
     * Reads {@code spiece.model} and {@code tokenizer_config.json} of a tokenizer's folder; where it has no
     * {@code spiece.model}, {@code tokenizer.json}.
     */
    public static T5Tokenizer load(Path folder) {
        var config = TokenizerConfig.load(folder);
        var file = folder.resolve("spiece.model");
        var json = TokenizerJson.insteadOf(folder, "spiece.model");
        return json.isPresent()
                ? of(
                        folder.resolve("tokenizer.json"),
                        json.get().sentencePieces(),
                        config,
                        json.get().added())
                : of(file, parse(file), config, config.added());
    }

    private static ModelProto parse(Path file) {
        try {
            return ModelProto.parseFrom(Texts.read(file));
        } catch (InvalidProtocolBufferException e) {
            throw new InputException(file + ": is no SentencePiece model, or a truncated one: fetch it again", e);
        }
    }

    private static T5Tokenizer of(Path file, ModelProto model, TokenizerConfig config, List<AddedTokens.Token> added) {
        try {
            if (model.getPiecesCount() == 0) {
                throw new InputException(file + ": holds no pieces, so it is no SentencePiece model");
            }
            var trainer = model.getTrainerSpec();
            if (trainer.getModelType() != ModelType.UNIGRAM) {
                throw new InputException(file + ": is a " + trainer.getModelType() + " model; T5 takes a UNIGRAM one");
            }
            var unigram = new Unigram(model.getPiecesList(), trainer.getByteFallback());
            var spec = model.getNormalizerSpec();
            var charsmap = Charsmap.parse(
                    file.toString(), spec.getPrecompiledCharsmap().toByteArray());
            var normalizer =
                    new SentenceNormalizer(spec, charsmap, unigram.symbols(), trainer.getTreatWhitespaceAsSuffix());
            return new T5Tokenizer(normalizer, unigram, config, added);
        } catch (IllegalArgumentException e) {
            throw new InputException(file + ": is no usable SentencePiece model: it " + e.getMessage(), e);
        }
    }

    @Override
    public Tokens encode(String text, int maxLength) {
        return Tokens.of(new int[0], pieces(text), end, pad, maxLength);
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
                out.addAll(sentencePieces(part.text()));
            }
        }
        return out;
    }

    /** The pieces as SentencePiece gives them: no token is found in the text that the model does not learn from text. */
    public List<Piece> sentencePieces(String text) {
        List<Piece> out = new ArrayList<>();
        unigram.encode(normalizer.normalize(Texts.utf8(text)), out);
        return out;
    }
}
