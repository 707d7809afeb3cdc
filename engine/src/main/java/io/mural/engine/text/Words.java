package io.mural.engine.text;

import java.util.Locale;

/** Constants as users write them. */
public final class Words {
    private Words() {}

    /** The name of a constant in lower case. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
