package io.mural;

import io.mural.model.image.JpegFile;
import io.mural.model.image.PictureSink;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.model.image.TilePyramid;
import io.mural.tensor.InputException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** Brings finished pictures to their sinks. */
final class Output {
    private static final int RGB = 3;
    private static final int MOST_JPEG_SIDE = 65500;

    private Output() {}

    /** @param picture gives all rows to the sink it is given, from top to bottom */
    static Picture write(Sink sink, Recipe recipe, Consumer<PictureSink> picture) {
        return switch (sink) {
            case Sink.Memory _ -> new Picture(recipe, Optional.of(whole(recipe, picture)), Optional.empty());
            case Sink.Rows rows -> {
                picture.accept(rows.rows());
                yield new Picture(recipe, Optional.empty(), Optional.empty());
            }
            case Sink.Stream stream -> {
                write(stream.out(), stream.format(), recipe, picture);
                yield new Picture(recipe, Optional.empty(), Optional.empty());
            }
            case Sink.File file -> {
                if (file.tiles().isEmpty()) {
                    write(file, recipe, picture);
                } else {
                    try (var pyramid = new TilePyramid(file.tiles().get(), recipe.width(), recipe.height())) {
                        write(file, recipe, both(picture, pyramid));
                    }
                }
                yield new Picture(recipe, Optional.empty(), Optional.of(file.path()));
            }
        };
    }

    /** Refuses, before any work, what a sink's format cannot hold. */
    static void check(Sink sink, Recipe recipe) {
        var format = switch (sink) {
            case Sink.File file -> file.format();
            case Sink.Stream stream -> stream.format();
            case Sink.Memory _, Sink.Rows _ -> Format.png();
        };
        switch (format) {
            case Format.Jpeg _ -> {
                requireJpegSize(recipe);
                recipe.jpegTexts(sink instanceof Sink.File file ? file.home() : Optional.empty());
            }
            case Format.Png png -> requireValues(png, recipe);
        }
    }

    /** What is kept of a picture that is changed in part has 8 bits. */
    private static void requireValues(Format.Png png, Recipe recipe) {
        if (png.bits() > Byte.SIZE && recipe.edit().paintsPart()) {
            throw new InputException(
                    "depth",
                    "`depth` " + png.bits() + " of a picture that is changed in part",
                    "what is kept of it has 8 bits; leave `depth` out");
        }
    }

    /** Sides have 16 bits there, and Java's encoder wants the picture at once. */
    private static void requireJpegSize(Recipe recipe) {
        int longer = Math.max(recipe.width(), recipe.height());
        if (longer > MOST_JPEG_SIDE || (long) recipe.width() * recipe.height() * RGB > Integer.MAX_VALUE - Long.BYTES) {
            throw InputException.about(
                    "size",
                    "`size` " + recipe.width() + "x" + recipe.height()
                            + " is larger than a JPEG picture can be here; write a PNG picture");
        }
    }

    private static void write(Sink.File file, Recipe recipe, Consumer<PictureSink> picture) {
        switch (file.format()) {
            case Format.Png png ->
                PngFile.write(
                        file.path(), recipe.width(), recipe.height(), png.bits(), recipe.texts(file.home()), picture);
            case Format.Jpeg jpeg ->
                JpegFile.write(file.path(), whole(recipe, picture), jpeg.quality(), recipe.jpegTexts(file.home()));
        }
    }

    /** The picture, which gives its rows to another sink, too. */
    private static Consumer<PictureSink> both(Consumer<PictureSink> picture, PictureSink other) {
        return sink -> picture.accept(new PictureSink() {
            @Override
            public void rows(RgbImage band) {
                sink.rows(band);
                other.rows(band);
            }

            @Override
            public void values(float[] values, int width, int height) {
                sink.values(values, width, height);
                other.values(values, width, height);
            }
        });
    }

    static void write(OutputStream out, Format format, Recipe recipe, Consumer<PictureSink> picture) {
        switch (format) {
            case Format.Png png ->
                PngFile.write(
                        out, recipe.width(), recipe.height(), png.bits(), recipe.texts(Optional.empty()), picture);
            case Format.Jpeg jpeg ->
                JpegFile.write(out, whole(recipe, picture), jpeg.quality(), recipe.jpegTexts(Optional.empty()));
        }
    }

    private static RgbImage whole(Recipe recipe, Consumer<PictureSink> picture) {
        var rgb = new byte[recipe.height() * recipe.width() * RGB];
        int[] at = {0};
        picture.accept(band -> {
            System.arraycopy(band.rgb(), 0, rgb, at[0], band.rgb().length);
            at[0] += band.rgb().length;
        });
        return new RgbImage(recipe.width(), recipe.height(), rgb);
    }
}
