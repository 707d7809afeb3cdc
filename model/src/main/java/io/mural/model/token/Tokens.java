package io.mural.model.token;

import io.mural.tensor.InputException;
import java.util.Arrays;
import java.util.List;

/**
 * A text as an encoder takes it.
 *
 * @param ids the ids with special tokens, padded to the length asked for
 * @param used how many of them come before the padding
 * @param truncated whether the text had more tokens than there was room for
 */
public record Tokens(int[] ids, int used, boolean truncated) {

    /** {@code before}, as many of {@code pieces} as there is room for, {@code end}, and {@code pad} to the end. */
    static Tokens of(int[] before, List<Tokenizer.Piece> pieces, int end, int pad, int maxLength) {
        int room = maxLength - before.length - 1;
        if (room < 0) {
            throw new InputException("a text length of " + maxLength + " tokens: choose at least " + (before.length + 1)
                    + ", which the special tokens take");
        }
        var ids = Arrays.copyOf(before, maxLength);
        int used = before.length;
        int taken = Math.min(room, pieces.size());
        for (var piece : pieces.subList(0, taken)) {
            ids[used++] = piece.id();
        }
        ids[used++] = end;
        Arrays.fill(ids, used, maxLength, pad);
        return new Tokens(ids, used, taken < pieces.size());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tokens that
                && used == that.used
                && truncated == that.truncated
                && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + used;
    }

    @Override
    public String toString() {
        return Arrays.toString(ids) + " of which " + used + " used" + (truncated ? ", truncated" : "");
    }
}
