package io.mural.model.token;

import io.mural.model.token.Tokenizer.Piece;
import io.mural.model.token.sentencepiece.ModelProto.SentencePiece;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Unigram language model of SentencePiece (Kudo, "Subword regularization", 2018): a text is cut so that the sum of
 * its pieces' log-probabilities is greatest (Viterbi). A character that is no piece by itself may be unknown, at the
 * price of the least probable piece and ten more.
 */
final class Unigram {
    private static final float UNKNOWN_PENALTY = 10;
    private static final int MAX_PIECES = 1 << 20;
    /** Pieces are words; a bound keeps a bad file from much work at each character of a text. */
    private static final int MAX_PIECE_BYTES = 1024;

    private final String[] spelling;
    private final float[] scores;
    private final boolean[] userDefined;
    private final Map<String, Integer> reserved = new HashMap<>();
    private final ByteTrie trie = new ByteTrie();
    private final ByteTrie symbols = new ByteTrie();
    private final int[] byteIds = new int[256];
    private final boolean byteFallback;
    private int unknown = -1;
    private float least = Float.MAX_VALUE;

    /**
     * @param byteFallback whether unknown characters become the pieces of their bytes
     * @throws IllegalArgumentException saying what is wrong with the pieces
     */
    Unigram(List<SentencePiece> pieces, boolean byteFallback) {
        require(pieces.size() <= MAX_PIECES, "has " + pieces.size() + " pieces, more than " + MAX_PIECES);
        this.byteFallback = byteFallback;
        spelling = new String[pieces.size()];
        scores = new float[pieces.size()];
        userDefined = new boolean[pieces.size()];
        for (int id = 0; id < pieces.size(); id++) {
            add(id, pieces.get(id));
        }
        require(unknown >= 0, "has no piece for unknown text");
        for (int b = 0; byteFallback && b < 256; b++) {
            byteIds[b] = id(String.format("<0x%02X>", b));
            require(byteIds[b] >= 0, "has no piece for the byte " + b + ", which byte_fallback asks for");
        }
    }

    private void add(int id, SentencePiece piece) {
        var bytes = piece.getPieceBytes().toByteArray();
        require(
                bytes.length > 0 && bytes.length <= MAX_PIECE_BYTES,
                "spells piece " + id + " with " + bytes.length + " bytes");
        require(Float.isFinite(piece.getScore()), "scores piece " + id + " with " + piece.getScore());
        spelling[id] = piece.getPiece();
        scores[id] = piece.getScore();
        switch (piece.getType()) {
            case NORMAL -> {
                least = Math.min(least, scores[id]);
                require(trie.get(bytes) < 0, "holds piece " + id + " twice");
                trie.put(bytes, id);
            }
            case USER_DEFINED -> {
                userDefined[id] = true;
                require(trie.get(bytes) < 0, "holds piece " + id + " twice");
                trie.put(bytes, id);
                symbols.put(bytes, id);
            }
            case UNKNOWN -> {
                require(unknown < 0, "holds two pieces for unknown text, " + unknown + " and " + id);
                unknown = id;
                reserved.put(spelling[id], id);
            }
            case CONTROL, BYTE -> reserved.put(spelling[id], id);
            case UNUSED -> {}
        }
    }

    private static void require(boolean fine, String otherwise) {
        if (!fine) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** The id of a whole piece, or -1. */
    int id(String piece) {
        int id = reserved.getOrDefault(piece, -1);
        return id >= 0 ? id : trie.get(Texts.utf8(piece));
    }

    /** The symbols that a user defined: normalisation leaves them alone. */
    ByteTrie symbols() {
        return symbols;
    }

    /** Appends the pieces of a normalised text. */
    void encode(byte[] text, List<Piece> out) {
        int n = text.length;
        // The best cut of the first i bytes: its score, where its last piece begins (-1: no cut yet), which piece.
        var best = new float[n + 1];
        var begin = new int[n + 1];
        var last = new int[n + 1];
        Arrays.fill(begin, 1, n + 1, -1);
        int at = 0;
        while (at < n) {
            int character = Texts.characterLength(text, at);
            boolean known = false;
            int node = trie.next(0, text[at]);
            for (int end = at + 1; node >= 0; end++) {
                int id = trie.value(node);
                if (id >= 0) {
                    float score = best[at] + score(id, end - at);
                    improve(best, begin, last, at, end, score, id);
                    known |= end - at == character;
                }
                node = end < n ? trie.next(node, text[end]) : -1;
            }
            if (!known) {
                float score = best[at] + (least - UNKNOWN_PENALTY);
                improve(best, begin, last, at, at + character, score, unknown);
            }
            at += character;
        }
        collect(text, begin, last, out);
    }

    private static void improve(float[] best, int[] begin, int[] last, int at, int end, float score, int id) {
        if (begin[end] < 0 || score > best[end]) {
            best[end] = score;
            begin[end] = at;
            last[end] = id;
        }
    }

    /** A symbol that a user defined is worth more than any piece, the longer the more (SentencePiece 0.2.2). */
    private float score(int id, int length) {
        return userDefined[id] ? (length - 1) * 0.1f : scores[id];
    }

    /** Follows the best cut from its end. Unknown characters in a row are one piece, or the pieces of their bytes. */
    private void collect(byte[] text, int[] begin, int[] last, List<Piece> out) {
        var pieces = new ArrayList<Piece>();
        int end = text.length;
        while (end > 0) {
            int start = begin[end];
            int id = last[end];
            if (id != unknown) {
                pieces.add(new Piece(id, spelling[id]));
            } else if (byteFallback) {
                for (int i = end - 1; i >= start; i--) {
                    int byteId = byteIds[text[i] & 0xff];
                    pieces.add(new Piece(byteId, spelling[byteId]));
                }
            } else {
                while (start > 0 && last[start] == unknown) {
                    start = begin[start];
                }
                pieces.add(new Piece(unknown, new String(text, start, end - start, StandardCharsets.UTF_8)));
            }
            end = start;
        }
        Collections.reverse(pieces);
        out.addAll(pieces);
    }
}
