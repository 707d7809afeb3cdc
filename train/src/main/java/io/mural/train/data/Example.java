package io.mural.train.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A picture to train on.
 *
 * @param captions alternatives, of which one is drawn each time
 * @param mask a picture whose light says what of the other counts
 */
public record Example(Path file, List<String> captions, Optional<Path> mask) {
    public Example {
        captions = List.copyOf(captions);
    }
}
