package io.mural;

import io.mural.model.image.ImageFile;
import io.mural.model.image.JpegFile;
import io.mural.model.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;

/** A finished picture. Its pixels are in memory or in a file, unless they went to a stream or out in rows. */
public final class Picture {
    private final Recipe recipe;
    private final Optional<RgbImage> image;
    private final Optional<Path> file;

    Picture(Recipe recipe, Optional<RgbImage> image, Optional<Path> file) {
        this.recipe = recipe;
        this.image = image;
        this.file = file;
    }

    public int width() {
        return recipe.width();
    }

    public int height() {
        return recipe.height();
    }

    public long seed() {
        return recipe.seed();
    }

    /** All it was made from; {@link Request#of(Recipe)} makes it again. */
    public Recipe recipe() {
        return recipe;
    }

    /** Its file, if it went to one. */
    public Optional<Path> file() {
        return file;
    }

    /** Its pixels; read from its file if it went to one. */
    public RgbImage image() {
        return image.or(() -> file.map(ImageFile::read))
                .orElseThrow(
                        () -> new IllegalStateException("the pixels went to a stream or out in rows and are not kept"));
    }

    /** Its pixels for Java's own image classes. */
    public BufferedImage toBufferedImage() {
        return JpegFile.buffered(image());
    }

    /** Writes a PNG file with the recipe in it. It appears whole or not at all; one that is there is replaced. */
    public void save(Path png) {
        save(png, Format.png());
    }

    /** Writes a file, as {@link #save(Path)}. */
    public void save(Path place, Format format) {
        var pixels = image();
        Output.write(Sink.file(place, format), recipe, rows -> rows.rows(pixels));
    }

    /** Writes to a stream, which stays open. */
    public void write(OutputStream out, Format format) {
        var pixels = image();
        Output.write(out, format, recipe, rows -> rows.rows(pixels));
    }
}
