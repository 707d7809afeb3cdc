package io.mural.server.jobs;

import io.mural.Format;
import io.mural.model.image.JpegFile;
import io.mural.model.image.LargeJpeg;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Finished pictures in the formats that clients ask for. */
public final class Pictures {
    private Pictures() {}

    /** Writes a PNG file's picture in a format; {@link IOException} where the stream takes no more. */
    public static void write(Path png, Format format, OutputStream out) throws IOException {
        switch (format) {
            case Format.Png _ -> Files.copy(png, out);
            case Format.Jpeg jpeg -> {
                try {
                    LargeJpeg.write(out, png, jpeg.quality());
                } catch (UncheckedIOException e) {
                    throw e.getCause();
                }
            }
        }
    }

    /** A small picture as a file in memory. */
    public static byte[] bytes(RgbImage image, Format format) {
        var out = new ByteArrayOutputStream();
        try {
            switch (format) {
                case Format.Png _ ->
                    PngFile.write(out, image.width(), image.height(), Map.of(), rows -> rows.rows(image));
                case Format.Jpeg jpeg -> JpegFile.write(out, image, jpeg.quality());
            }
        } catch (UncheckedIOException e) {
            throw new IllegalStateException("memory takes all bytes", e);
        }
        return out.toByteArray();
    }
}
