package io.mural;

import java.nio.file.Path;

/**
 * The picture that image to image starts from, as it stands in a recipe.
 *
 * @param strength how far it is left; 0 where it is kept and guides a larger picture
 * @param sha256 of the file, to notice when another has taken its place
 */
public record InitImage(Path file, double strength, String sha256) {}
