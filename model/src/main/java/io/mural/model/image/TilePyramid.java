package io.mural.model.image;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A picture as a pyramid of JPEG tiles in the Deep Zoom format, written while its rows come: {@code NAME.dzi} and {@code
 * NAME_files/LEVEL/COLUMN_ROW.jpg}. Level 0 is one pixel; each level is twice the one below it. A band as high as a tile
 * is kept of each level, which is less than two of the largest together.
 *
 * <p>A smaller level averages two by two pixels of the next larger, as the bytes stand, without going to linear light: as
 * other makers of such pyramids do.
 *
 * <p>What stands under the name already is replaced: its description goes first and its tiles with it, so that a pyramid
 * is never half one picture and half another. One that is closed before its last row leaves nothing behind.
 */
public final class TilePyramid implements PictureSink, AutoCloseable {
    public static final int TILE = 510;
    public static final int OVERLAP = 1;
    private static final int QUALITY = 90;
    private static final int RGB = 3;
    private static final Pattern LEVEL = Pattern.compile("\\d{1,2}");
    private static final Pattern TILE_NAME = Pattern.compile("\\d{1,6}_\\d{1,6}\\.jpg");

    private final Path description;
    private final int width;
    private final int height;
    private final Level largest;

    /**
     * @param description the file {@code NAME.dzi}; it appears when the last tile is written
     * @param width of the picture
     */
    public TilePyramid(Path description, int width, int height) {
        this.description = description;
        this.width = width;
        this.height = height;
        check(description);
        remove(description);
        int levels = levels(width, height);
        Level below = null;
        for (int level = 0; level < levels; level++) {
            int factor = levels - 1 - level;
            below = new Level(
                    folder(description).resolve(Integer.toString(level)),
                    side(width, factor),
                    side(height, factor),
                    below);
        }
        largest = below;
    }

    /** Cuts a picture file. Of a PNG file of 8 bits a channel only a band is in memory. */
    public static void cut(Path picture, Path description) {
        try (var rows = PictureRows.open(picture, Optional.empty());
                var pyramid = new TilePyramid(description, rows.width(), rows.height())) {
            var row = new byte[rows.width() * RGB];
            for (int y = 0; y < rows.height(); y++) {
                rows.read(row);
                pyramid.rows(new RgbImage(rows.width(), 1, row));
            }
        }
    }

    /** The folder of the tiles of {@code NAME.dzi}: {@code NAME_files}. */
    public static Path folder(Path description) {
        var name = description.getFileName().toString();
        if (!name.endsWith(".dzi")) {
            throw new InputException(description + ": a pyramid of tiles is named by a file ending in .dzi");
        }
        return description.resolveSibling(name.substring(0, name.length() - ".dzi".length()) + "_files");
    }

    /** Levels of a picture, the one of a single pixel included. */
    public static int levels(int width, int height) {
        return 33 - Integer.numberOfLeadingZeros(Math.max(width, height) - 1);
    }

    /** A side halved so many times, never below 1. */
    public static int side(int pixels, int times) {
        return Math.max(1, (int) ((pixels + (1L << times) - 1) >> times));
    }

    @Override
    public void rows(RgbImage band) {
        for (int y = 0; y < band.height(); y++) {
            largest.row(band.rgb(), y * width * RGB);
        }
        if (largest.done == height) {
            var xml = description(width, height).getBytes(StandardCharsets.UTF_8);
            WholeFile.write(description, xml);
        }
    }

    /** The text of a file {@code NAME.dzi}. */
    public static String description(int width, int height) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                + "<Image xmlns=\"http://schemas.microsoft.com/deepzoom/2008\" TileSize=\"" + TILE + "\" Overlap=\""
                + OVERLAP + "\" Format=\"jpg\"><Size Width=\"" + width + "\" Height=\"" + height + "\"/></Image>\n";
    }

    /** Whether a pyramid can be written there, so far as can be told beforehand. */
    public static void check(Path description) {
        WholeFile.check(description);
        var folder = folder(description);
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InputException(folder + ": is no folder, so tiles cannot go there; choose another place");
        }
    }

    /** Removes a pyramid, whole or not: its description, then tiles and the folders that are empty without them. */
    public static void remove(Path description) {
        var folder = folder(description);
        try {
            Files.deleteIfExists(description);
            if (Files.isDirectory(folder)) {
                for (var level : in(folder, LEVEL)) {
                    for (var tile : in(level, TILE_NAME)) {
                        Files.delete(tile);
                    }
                    deleteIfEmpty(level);
                }
                deleteIfEmpty(folder);
            }
        } catch (IOException e) {
            throw new InputException(
                    folder + ": the tiles that stand there cannot be replaced: " + Shown.reason(e)
                            + "; choose another place",
                    e);
        }
    }

    private static List<Path> in(Path folder, Pattern names) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(
                            file -> names.matcher(file.getFileName().toString()).matches())
                    .toList();
        }
    }

    /** Somebody else's files in the folder stay. */
    private static void deleteIfEmpty(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                return;
            }
        }
        Files.delete(folder);
    }

    @Override
    public void close() {
        if (largest.done < height) {
            remove(description);
        }
    }

    /** A level, which hands every two of its rows to the one below it as one. */
    private static final class Level {
        private final Path folder;
        private final int width;
        private final int height;
        private final Level below; // null for the smallest
        /** The latest rows: those of a tile and of its neighbours' edges. */
        private final byte[][] band;

        private final byte[] odd; // a row that waits for the next to be averaged with
        private final byte[] small; // a row of the level below
        private boolean waits;
        private int done; // rows that have come

        Level(Path folder, int width, int height, Level below) {
            this.folder = folder;
            this.width = width;
            this.height = height;
            this.below = below;
            band = new byte[Math.min(height, TILE + 2 * OVERLAP)][width * RGB];
            odd = new byte[width * RGB];
            small = new byte[below == null ? 0 : below.width * RGB];
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new InputException(folder + ": the folder cannot be made; choose another place", e);
            }
        }

        void row(byte[] rgb, int from) {
            System.arraycopy(rgb, from, band[done % band.length], 0, width * RGB);
            if (below != null) {
                shrink(rgb, from);
            }
            done++;
            boolean whole = done > OVERLAP && (done - OVERLAP) % TILE == 0;
            if (whole) {
                tiles((done - OVERLAP) / TILE - 1);
            }
            if (done == height) {
                last();
            }
        }

        /** The rows that end with the picture: at most one band, or two where only an overlap is left. */
        private void last() {
            int all = Math.ceilDiv(height, TILE);
            int written = done > OVERLAP ? (done - OVERLAP) / TILE : 0;
            for (int row = written; row < all; row++) {
                tiles(row);
            }
        }

        /** Writes a row of tiles. */
        private void tiles(int row) {
            int top = Math.max(0, row * TILE - OVERLAP);
            int bottom = Math.min(height, (row + 1) * TILE + OVERLAP);
            for (int column = 0; column * TILE < width; column++) {
                int left = Math.max(0, column * TILE - OVERLAP);
                int right = Math.min(width, (column + 1) * TILE + OVERLAP);
                var tile = new byte[(bottom - top) * (right - left) * RGB];
                for (int y = top; y < bottom; y++) {
                    System.arraycopy(
                            band[y % band.length],
                            left * RGB,
                            tile,
                            (y - top) * (right - left) * RGB,
                            (right - left) * RGB);
                }
                JpegFile.write(
                        folder.resolve(column + "_" + row + ".jpg"),
                        new RgbImage(right - left, bottom - top, tile),
                        QUALITY);
            }
        }

        /** Averages two rows and two columns; at an odd edge what there is. */
        private void shrink(byte[] rgb, int from) {
            boolean lastRow = done == height - 1;
            if (!waits && !lastRow) {
                System.arraycopy(rgb, from, odd, 0, odd.length);
                waits = true;
                return;
            }
            var upper = waits ? odd : rgb;
            int upperFrom = waits ? 0 : from;
            waits = false;
            for (int x = 0; x < below.width; x++) {
                int a = Math.min(2 * x, width - 1) * RGB;
                int b = Math.min(2 * x + 1, width - 1) * RGB;
                for (int c = 0; c < RGB; c++) {
                    int sum = (upper[upperFrom + a + c] & 0xff)
                            + (upper[upperFrom + b + c] & 0xff)
                            + (rgb[from + a + c] & 0xff)
                            + (rgb[from + b + c] & 0xff);
                    small[x * RGB + c] = (byte) (sum + 2 >> 2);
                }
            }
            below.row(small, 0);
        }
    }
}
