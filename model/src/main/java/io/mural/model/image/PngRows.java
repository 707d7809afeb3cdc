package io.mural.model.image;

import ar.com.hjg.pngj.ImageLineByte;
import ar.com.hjg.pngj.PngReaderByte;
import ar.com.hjg.pngj.PngjException;
import io.mural.tensor.InputException;
import java.nio.file.Path;

/** The rows of a PNG file of 8 bits a channel, read one after the other in memory for one row. */
public final class PngRows implements AutoCloseable {
    private static final int RGB = 3;
    private static final int RGBA = 4;

    private final Path file;
    private final PngReaderByte reader;

    private PngRows(Path file, PngReaderByte reader) {
        this.file = file;
        this.reader = reader;
    }

    /** Opens a file; {@link InputException} where it is no PNG picture of RGB with 8 bits a channel. */
    public static PngRows open(Path file) {
        try {
            var reader = new PngReaderByte(file.toFile());
            var info = reader.imgInfo;
            if (info.bitDepth != 8 || info.indexed || info.greyscale) {
                reader.close();
                throw new InputException(file + ": is no RGB picture of 8 bits a channel; convert it first");
            }
            return new PngRows(file, reader);
        } catch (PngjException e) {
            throw new InputException(file + " is not a readable PNG file: " + e.getMessage(), e);
        }
    }

    public int width() {
        return reader.imgInfo.cols;
    }

    public int height() {
        return reader.imgInfo.rows;
    }

    /** The next {@code rows} rows; transparency is dropped. */
    public RgbImage next(int rows) {
        int width = width();
        var rgb = new byte[Math.multiplyExact(rows, width) * RGB];
        int channels = reader.imgInfo.alpha ? RGBA : RGB;
        try {
            for (int y = 0; y < rows; y++) {
                var line = ((ImageLineByte) reader.readRow()).getScanlineByte();
                for (int x = 0; x < width; x++) {
                    System.arraycopy(line, x * channels, rgb, (y * width + x) * RGB, RGB);
                }
            }
        } catch (PngjException e) {
            throw new InputException(file + " is a damaged PNG file: " + e.getMessage(), e);
        }
        return new RgbImage(width, rows, rgb);
    }

    @Override
    public void close() {
        reader.close();
    }
}
