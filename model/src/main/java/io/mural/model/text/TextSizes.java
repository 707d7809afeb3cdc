package io.mural.model.text;

import io.mural.model.layers.ConfigSizes;

/** Sanity of the sizes that text encoder configs name. */
final class TextSizes {
    private static final int LARGEST = 1 << 22;

    private TextSizes() {}

    static void require(String file, String key, int value) {
        ConfigSizes.require(file, key, value, LARGEST);
    }
}
