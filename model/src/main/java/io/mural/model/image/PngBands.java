package io.mural.model.image;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A PNG file of 8 bits a channel in bands of rows, one after the other, in memory for a band. */
public final class PngBands implements AutoCloseable {
    private static final int RGB = 3;

    private final Path file;
    private final PngRows rows;

    private PngBands(Path file, PngRows rows) {
        this.file = file;
        this.rows = rows;
    }

    /** Opens a file; {@link InputException} where it is no such picture. */
    public static PngBands open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + " does not exist or is not a file; expected a PNG picture");
        }
        try {
            var rows = PngRows.open(file);
            if (!rows.head().plain()) {
                rows.close();
                throw new InputException(
                        file + ": is a PNG picture with a palette, interlaced or not of 8 bits a channel; save it as"
                                + " plain RGB first");
            }
            return new PngBands(file, rows);
        } catch (IOException e) {
            throw new InputException(file + " is not a readable PNG file: " + Shown.reason(e), e);
        }
    }

    public int width() {
        return rows.head().width();
    }

    public int height() {
        return rows.head().height();
    }

    /** The next {@code count} rows; transparency is dropped. */
    public RgbImage next(int count) {
        int width = width();
        int channels = rows.head().channels();
        // A gray sample is all three colours.
        int step = rows.head().hasColour() ? 1 : 0;
        var rgb = new byte[Math.multiplyExact(Math.multiplyExact(count, width), RGB)];
        try {
            for (int y = 0; y < count; y++) {
                var row = rows.next();
                for (int x = 0; x < width; x++) {
                    for (int c = 0; c < RGB; c++) {
                        rgb[(y * width + x) * RGB + c] = row[1 + x * channels + c * step];
                    }
                }
            }
        } catch (IOException e) {
            throw new InputException(file + " is a damaged PNG file: " + Shown.reason(e), e);
        }
        return new RgbImage(width, count, rgb);
    }

    @Override
    public void close() {
        try {
            rows.close();
        } catch (IOException e) {
            throw new InputException(file + ": cannot be closed: " + Shown.reason(e), e);
        }
    }
}
