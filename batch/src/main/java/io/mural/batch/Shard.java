package io.mural.batch;

import io.mural.tensor.InputException;
import java.util.Locale;

/** Which part of the pictures a process makes: the one with this index of so many; the first index is 0. */
public record Shard(int index, int of) {
    public static final Shard WHOLE = new Shard(0, 1);
    private static final int MOST = 100_000;

    public Shard {
        if (of < 1 || of > MOST || index < 0 || index >= of) {
            throw InputException.about(
                    "shard",
                    "`shard` " + index + "/" + of + ": the first number counts from 0 and is below the second,"
                            + " which is at most " + MOST);
        }
    }

    /** From text such as {@code 3/16}. */
    public static Shard parse(String text) {
        var parts = text.split("/", -1);
        try {
            if (parts.length == 2) {
                return new Shard(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
            }
        } catch (NumberFormatException e) {
            // Said below, together with all else that is no shard.
        }
        throw InputException.about("shard", "`shard` " + text + ": write it as 3/16, the fourth of sixteen parts");
    }

    boolean takes(long picture) {
        return picture % of == index;
    }

    /** How many of so many pictures it takes, which follow each other from a place on. */
    long taken(long place, int pictures) {
        return Math.ceilDiv(place + pictures - index, (long) of) - Math.ceilDiv(place - index, (long) of);
    }

    /** The last part of the names of its files. */
    String suffix() {
        return String.format(Locale.ROOT, "%05d-of-%05d", index, of);
    }

    @Override
    public String toString() {
        return index + "/" + of;
    }
}
