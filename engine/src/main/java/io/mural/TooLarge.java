package io.mural;

import io.mural.tensor.InputException;
import java.util.Optional;

/** A picture does not fit into memory. */
public final class TooLarge extends InputException {
    private static final long serialVersionUID = 1L;

    private final int fitting;

    /**
     * @param message what needs how much of what
     * @param fitting side of the largest square that fits; 0 where none does
     * @param more what would make room; may be empty
     */
    TooLarge(String message, int fitting, String more) {
        super("size", message, remedy(fitting, more));
        this.fitting = fitting;
    }

    private static String remedy(int fitting, String more) {
        if (fitting > 0) {
            return "`size` " + fitting + "x" + fitting + " would fit" + (more.isEmpty() ? "" : ", or " + more);
        }
        return more.isEmpty() ? "close other programs" : more;
    }

    /** The largest square picture that fits; empty where none does. */
    public Optional<Size> fitting() {
        return fitting > 0 ? Optional.of(new Size(fitting, fitting)) : Optional.empty();
    }
}
