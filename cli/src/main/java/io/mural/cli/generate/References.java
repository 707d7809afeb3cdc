package io.mural.cli.generate;

import io.mural.model.image.ImageFile;
import io.mural.model.image.RgbImage;
import io.mural.model.request.ReferenceImages;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The pictures that a picture is made after.
 *
 * @param images as the model takes them, one a file
 */
record References(List<Path> files, List<RgbImage> images) {
    References {
        files = List.copyOf(files);
        images = List.copyOf(images);
    }

    /** Those of the options, else those of the recipe, read. */
    static References of(PictureOptions options, Optional<Recipe> from) {
        var files = options.references != null
                ? options.references
                : from.map(Recipe::references).orElse(List.of());
        var images = files.stream()
                .map(file -> ReferenceImages.prepare(ImageFile.read(file)))
                .toList();
        return new References(files, images);
    }
}
