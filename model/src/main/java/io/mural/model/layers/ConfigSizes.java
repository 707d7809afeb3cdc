package io.mural.model.layers;

import io.mural.tensor.InputException;

/** Sanity of the sizes that a part's {@code config.json} names. */
public final class ConfigSizes {
    private ConfigSizes() {}

    /** @throws InputException naming file and key, where a size is not from 1 to {@code largest} */
    public static void require(String file, String key, int value, int largest) {
        if (value < 1 || value > largest) {
            throw new InputException(file + ": " + key + " is " + value + "; expected 1 to " + largest);
        }
    }
}
