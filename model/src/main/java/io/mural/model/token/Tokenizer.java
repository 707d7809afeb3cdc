package io.mural.model.token;

import java.util.List;

/** Turns text into the token ids that a text encoder was trained on. */
public interface Tokenizer {
    /**
     * The ids of a text with the special tokens of the encoder around them, cut or padded to {@code maxLength} ids. Any
     * text has ids: characters without a token of their own become bytes or the unknown token.
     */
    Tokens encode(String text, int maxLength);

    /** The ids of a text with the vocabulary's spelling of each, without special tokens around them or a bound. */
    List<Piece> pieces(String text);

    /** The length the encoder was made for: {@code model_max_length} of its configuration. */
    int maxLength();

    /** One token of a text: its id, and how the vocabulary spells it (for unknown text, that text). */
    record Piece(int id, String text) {}
}
