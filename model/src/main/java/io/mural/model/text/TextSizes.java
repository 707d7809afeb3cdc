package io.mural.model.text;

import io.mural.tensor.InputException;

/** Sanity of the sizes that text encoder configs name. */
final class TextSizes {
    private static final int LARGEST = 1 << 22;

    private TextSizes() {}

    static void require(String file, String key, int value) {
        if (value < 1 || value > LARGEST) {
            throw new InputException(file + ": " + key + " is " + value + "; expected 1 to " + LARGEST);
        }
    }
}
