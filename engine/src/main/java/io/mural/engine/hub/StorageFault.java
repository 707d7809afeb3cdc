package io.mural.engine.hub;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The disk does not take what comes; trying again would not help. */
final class StorageFault extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    StorageFault(IOException e) {
        super(e);
    }
}
