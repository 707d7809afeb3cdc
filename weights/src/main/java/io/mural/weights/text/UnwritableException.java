package io.mural.weights.text;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Path;

/** A file cannot be written where it was asked for: the disk or the folder is at fault, not what was to be written. */
public final class UnwritableException extends InputException {
    private static final long serialVersionUID = 1L;

    UnwritableException(Path file, String reason) {
        super(file + ": cannot be written: " + reason);
    }

    UnwritableException(Path file, IOException cause) {
        super(file + ": cannot be written: " + Shown.reason(cause), cause);
    }
}
