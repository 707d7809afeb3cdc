package io.mural.bench.synthetic;

import io.mural.model.token.sentencepiece.ModelProto;
import io.mural.model.token.sentencepiece.ModelProto.SentencePiece;
import io.mural.model.token.sentencepiece.ModelProto.SentencePiece.Type;
import io.mural.model.token.sentencepiece.NormalizerSpec;
import io.mural.model.token.sentencepiece.TrainerSpec;

/** A SentencePiece model of a wanted size: ASCII characters and words of Latin letters, longer ones less likely. */
final class SentencePieces {
    private static final char SPACE = '\u2581';

    private SentencePieces() {}

    /** The bytes of {@code spiece.model}. */
    static byte[] model(int pieces) {
        var model = ModelProto.newBuilder()
                .setTrainerSpec(TrainerSpec.newBuilder().setModelType(TrainerSpec.ModelType.UNIGRAM))
                .setNormalizerSpec(NormalizerSpec.getDefaultInstance());
        add(model, "<pad>", 0, Type.CONTROL);
        add(model, "</s>", 0, Type.CONTROL);
        add(model, "<unk>", 0, Type.UNKNOWN);
        add(model, Character.toString(SPACE), -2, Type.NORMAL);
        for (char c = '!'; c <= '~'; c++) {
            add(model, Character.toString(c), -10, Type.NORMAL);
        }
        for (int letters = 1; model.getPiecesCount() < pieces; letters++) {
            for (var word : Words.ofLength(letters)) {
                addUpTo(pieces, model, SPACE + word, -8 - letters);
                if (letters > 1) {
                    addUpTo(pieces, model, word, -8 - letters);
                }
            }
        }
        return model.build().toByteArray();
    }

    private static void addUpTo(int pieces, ModelProto.Builder model, String piece, float score) {
        if (model.getPiecesCount() < pieces) {
            add(model, piece, score, Type.NORMAL);
        }
    }

    private static void add(ModelProto.Builder model, String piece, float score, Type type) {
        model.addPieces(
                SentencePiece.newBuilder().setPiece(piece).setScore(score).setType(type));
    }
}
