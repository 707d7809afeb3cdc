package io.mural.train.data;

import java.nio.file.Path;
import java.util.List;

/**
 * A picture to train on.
 *
 * @param captions alternatives, of which one is drawn each time
 */
public record Example(Path file, List<String> captions) {
    public Example {
        captions = List.copyOf(captions);
    }
}
