package io.mural.model.image;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads a picture from top to bottom, as it is to be shown. Of upright PNG files of 8 bits a channel only some rows are in
 * memory; others are read whole. Transparent pictures are refused, for what is behind them is not known, unless a
 * background is given.
 */
public final class PictureRows implements AutoCloseable {
    private final Path file;
    private final Optional<PngRows> png;
    private final Optional<RgbImage> whole;
    private final byte[] background;
    private final int width;
    private final int height;
    private int next;

    private PictureRows(Path file, PngRows png, byte[] background) {
        this.file = file;
        this.png = Optional.of(png);
        this.whole = Optional.empty();
        this.background = background;
        width = png.head().width();
        height = png.head().height();
    }

    private PictureRows(Path file, RgbImage whole) {
        this.file = file;
        this.png = Optional.empty();
        this.whole = Optional.of(whole);
        background = new byte[0];
        width = whole.width();
        height = whole.height();
    }

    /**
     * Opens a picture.
     *
     * @param background red, green and blue behind transparent places
     */
    public static PictureRows open(Path file, Optional<byte[]> background) {
        if (!isPng(file)) {
            return new PictureRows(file, ImageFile.read(file));
        }
        try {
            var rows = PngRows.open(file);
            var head = rows.head();
            if (head.transparent() && background.isEmpty()) {
                rows.close();
                throw new InputException(
                        file + " is transparent, and what is behind it is not known; give a background or convert it");
            }
            if (head.plain() && PngFile.orientation(file) == Orientation.UPRIGHT) {
                return new PictureRows(file, rows, background.orElse(new byte[3]));
            }
            rows.close();
            return new PictureRows(file, whole(file, head.transparent() ? background : Optional.empty()));
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    /** All of a picture, laid on a background where one is given. */
    static RgbImage whole(Path file, Optional<byte[]> background) {
        var picture = ImageFile.read(file);
        if (background.isPresent()) {
            ImageFile.alpha(file).ifPresent(opacity -> lay(picture.rgb(), opacity.values(), background.get()));
        }
        return picture;
    }

    /** Lays a picture on a background, in place. */
    private static void lay(byte[] rgb, byte[] alpha, byte... background) {
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = mixed(rgb[i] & 0xff, alpha[i / 3] & 0xff, background[i % 3] & 0xff);
        }
    }

    private static byte mixed(int value, int alpha, int behind) {
        return (byte) (alpha == 255 ? value : (value * alpha + behind * (255 - alpha) + 127) / 255);
    }

    /** Whether a PNG file has places that something would show through. */
    public static boolean isTransparent(Path file) {
        if (!isPng(file)) {
            return false;
        }
        try (var rows = PngRows.open(file)) {
            return rows.head().transparent();
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    private static InputException damaged(Path file, IOException e) {
        return new InputException(file + " is a damaged picture: " + Shown.reason(e), e);
    }

    private static boolean isPng(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + " does not exist or is not a file; expected a PNG or JPEG picture");
        }
        try (var in = Files.newInputStream(file)) {
            var start = in.readNBytes(4);
            return start.length == 4 && start[1] == 'P' && start[2] == 'N' && start[3] == 'G';
        } catch (IOException e) {
            throw new InputException(file + " cannot be read: " + Shown.reason(e), e);
        }
    }

    /** Whether it is in memory as a whole. */
    public boolean isWhole() {
        return whole.isPresent();
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** Puts the next row, width x 3 bytes, to {@code rgb}. */
    public void read(byte[] rgb) {
        if (whole.isPresent()) {
            System.arraycopy(whole.get().rgb(), next * width * 3, rgb, 0, width * 3);
        } else {
            try {
                var rows = png.orElseThrow();
                toRgb(rows.next(), rows.head(), rgb);
            } catch (IOException e) {
                throw damaged(file, e);
            }
        }
        next++;
    }

    private void toRgb(byte[] row, PngRows.Head head, byte[] rgb) {
        int channels = head.channels();
        if (channels == 3) {
            System.arraycopy(row, 1, rgb, 0, rgb.length);
            return;
        }
        int colours = head.hasColour() ? 3 : 1;
        for (int x = 0; x < width; x++) {
            int at = 1 + x * channels;
            int alpha = head.hasAlpha() ? row[at + colours] & 0xff : 255;
            for (int c = 0; c < 3; c++) {
                int value = row[at + (colours == 1 ? 0 : c)] & 0xff;
                rgb[x * 3 + c] = mixed(value, alpha, background[c] & 0xff);
            }
        }
    }

    @Override
    public void close() {
        png.ifPresent(rows -> {
            try {
                rows.close();
            } catch (IOException e) {
                throw damaged(file, e);
            }
        });
    }
}
