package io.mural.model.token;

import com.google.protobuf.InvalidProtocolBufferException;
import io.mural.model.token.sentencepiece.ModelProto;
import io.mural.model.token.sentencepiece.ModelProto.SentencePiece;
import io.mural.model.token.sentencepiece.NormalizerSpec;
import io.mural.model.token.sentencepiece.TrainerSpec;
import io.mural.tensor.InputException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** T5's tokenizer: SentencePiece Unigram (arXiv 1804.10959) read from {@code spiece.model}. */
public final class T5Tokenizer implements Tokenizer {
    private static final int DEFAULT_LENGTH = 512;
    private static final float UNKNOWN_PENALTY = 10;
    private static final byte[] SPACE = "\u2581".getBytes(StandardCharsets.UTF_8);
    private static final int EOS = 1;
    private static final int PAD = 0;

    private final List<SentencePiece> pieces;
    private final NormalizerSpec normalizer;
    private final Charsmap charsmap;
    private final ByteTrie trie = new ByteTrie();
    private final float unknownScore;
    private final int unknown;
    private final int maxLength;

    private T5Tokenizer(ModelProto model, Charsmap charsmap, int maxLength) {
        this.pieces = model.getPiecesList();
        this.normalizer = model.getNormalizerSpec();
        this.charsmap = charsmap;
        this.maxLength = maxLength;
        float least = Float.MAX_VALUE;
        int unk = -1;
        for (int id = 0; id < pieces.size(); id++) {
            var piece = pieces.get(id);
            switch (piece.getType()) {
                case NORMAL, USER_DEFINED -> {
                    trie.put(piece.getPiece().getBytes(StandardCharsets.UTF_8), id);
                    least = piece.getType() == SentencePiece.Type.NORMAL ? Math.min(least, piece.getScore()) : least;
                }
                case UNKNOWN -> unk = id;
                case CONTROL, UNUSED, BYTE -> {}
            }
        }
        this.unknownScore = least - UNKNOWN_PENALTY;
        this.unknown = unk;
    }

    public static T5Tokenizer load(Path folder) {
        var file = folder.resolve("spiece.model");
        var config = TokenizerConfig.load(folder);
        try {
            var model = ModelProto.parseFrom(Texts.read(file));
            if (model.getTrainerSpec().getModelType() != TrainerSpec.ModelType.UNIGRAM || model.getPiecesCount() == 0) {
                throw new InputException(file + ": is no SentencePiece Unigram model");
            }
            var map = Charsmap.parse(
                    model.getNormalizerSpec().getPrecompiledCharsmap().toByteArray());
            return new T5Tokenizer(model, map, config.maxLength(DEFAULT_LENGTH));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new InputException(file + ": is damaged: " + e.getMessage(), e);
        }
    }

    @Override
    public Tokens encode(String text, int maxLength) {
        return Tokens.of(new int[0], pieces(text), EOS, PAD, maxLength);
    }

    @Override
    public int maxLength() {
        return maxLength;
    }

    @Override
    public List<Piece> pieces(String text) {
        var normalized = normalize(Texts.utf8(text));
        int n = normalized.length;
        var best = new float[n + 1];
        var from = new int[n + 1];
        var ids = new int[n + 1];
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
        best[0] = 0;
        for (int at = 0; at < n; at++) {
            if (best[at] == Float.NEGATIVE_INFINITY) {
                continue;
            }
            int character = Math.min(characterLength(normalized[at]), n - at);
            boolean single = false;
            int node = 0;
            for (int i = at; i < n; i++) {
                node = trie.next(node, normalized[i]);
                if (node < 0) {
                    break;
                }
                int id = trie.value(node);
                if (id >= 0) {
                    boolean user = pieces.get(id).getType() == SentencePiece.Type.USER_DEFINED;
                    float score = user ? (i + 1 - at) * 0.1f : pieces.get(id).getScore();
                    relax(best, from, ids, at, i + 1, best[at] + score, id);
                    single |= i + 1 - at == character;
                }
            }
            if (!single) {
                relax(best, from, ids, at, at + character, best[at] + unknownScore, unknown);
            }
        }
        return backwards(normalized, from, ids);
    }

    private static void relax(float[] best, int[] from, int[] ids, int at, int to, float score, int id) {
        if (score > best[to]) {
            best[to] = score;
            from[to] = at;
            ids[to] = id;
        }
    }

    /** Follows the best path from the end; neighbouring unknown characters are one piece. */
    private List<Piece> backwards(byte[] normalized, int[] from, int[] ids) {
        var out = new ArrayList<Piece>();
        for (int to = normalized.length; to > 0; ) {
            int start = from[to];
            if (ids[to] != unknown) {
                out.add(new Piece(ids[to], pieces.get(ids[to]).getPiece()));
            } else {
                while (start > 0 && ids[start] == unknown) {
                    start = from[start];
                }
                out.add(new Piece(unknown, new String(normalized, start, to - start, StandardCharsets.UTF_8)));
            }
            to = start;
        }
        Collections.reverse(out);
        return out;
    }

    private static int characterLength(byte first) {
        int b = first & 0xff;
        return b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
    }

    private byte[] normalize(byte[] text) {
        var out = new ByteArrayOutputStream(text.length + 8);
        var raw = new ByteArrayOutputStream(text.length);
        for (int at = 0; at < text.length; ) {
            var match = charsmap.longest(text, at);
            if (match != null) {
                raw.write(match.bytes(), match.from(), match.to() - match.from());
                at += match.length();
            } else {
                int length = Math.min(characterLength(text[at]), text.length - at);
                raw.write(text, at, length);
                at += length;
            }
        }
        var mapped = raw.toByteArray();
        int begin = 0;
        int end = mapped.length;
        if (normalizer.getRemoveExtraWhitespaces()) {
            while (begin < end && mapped[begin] == ' ') {
                begin++;
            }
            while (end > begin && mapped[end - 1] == ' ') {
                end--;
            }
        }
        if (begin == end) {
            return new byte[0];
        }
        if (normalizer.getAddDummyPrefix()) {
            out.writeBytes(SPACE);
        }
        for (int i = begin; i < end; i++) {
            if (mapped[i] != ' ') {
                out.write(mapped[i]);
            } else if (!normalizer.getRemoveExtraWhitespaces() || mapped[i - 1] != ' ') {
                out.writeBytes(SPACE);
            }
        }
        return out.toByteArray();
    }
}
