package io.mural.cli.generate;

import io.mural.model.image.PictureSink;
import io.mural.model.image.RgbImage;
import java.util.Arrays;
import java.util.List;

/** Pictures of one size in columns and rows, with labels above and beside them. */
final class ContactSheet {
    private static final byte PAPER = (byte) 245;
    private static final byte INK = 32;
    private static final int GAP = 8;
    /** Pixels of a picture for which letters grow by one. */
    private static final int PIXELS_A_SCALE = 192;

    private static final int RGB = 3;

    private final int cellWidth;
    private final int cellHeight;
    private final int gap;
    private final int left;
    private final int top;
    private final int width;
    private final int height;
    private final byte[] rgb;

    /**
     * An empty sheet with its labels.
     *
     * @param rows labels; a single empty one for a sheet of one row
     */
    ContactSheet(int cellWidth, int cellHeight, List<String> columns, List<String> rows) {
        this.cellWidth = cellWidth;
        this.cellHeight = cellHeight;
        int scale = scale(cellWidth, columns);
        gap = GAP * scale;
        left = left(scale, rows);
        top = Glyphs.HEIGHT * scale + 2 * gap;
        width = Math.toIntExact(left + (long) columns.size() * (cellWidth + gap));
        height = Math.toIntExact(top + (long) rows.size() * (cellHeight + gap));
        rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), RGB)];
        Arrays.fill(rgb, PAPER);
        for (int i = 0; i < columns.size(); i++) {
            var label = columns.get(i);
            int letters = Math.min(label.length(), (cellWidth + gap) / Glyphs.width(" ", scale));
            Glyphs.draw(label.substring(0, letters), rgb, width, left + i * (cellWidth + gap), gap, scale, INK);
        }
        for (int i = 0; i < rows.size(); i++) {
            int middle = top + i * (cellHeight + gap) + (cellHeight - Glyphs.HEIGHT * scale) / 2;
            Glyphs.draw(rows.get(i), rgb, width, gap, middle, scale, INK);
        }
    }

    /** Bytes of a sheet, before there is one. */
    static long bytes(int cellWidth, int cellHeight, List<String> columns, List<String> rows) {
        int scale = scale(cellWidth, columns);
        int gap = GAP * scale;
        long width = left(scale, rows) + (long) columns.size() * (cellWidth + gap);
        long height = Glyphs.HEIGHT * scale + 2L * gap + (long) rows.size() * (cellHeight + gap);
        return width * height * RGB;
    }

    /** As large as the pictures make it look well, and no label runs into the next. */
    private static int scale(int cellWidth, List<String> columns) {
        int longest = columns.stream()
                .mapToInt(label -> Glyphs.width(label, 1))
                .max()
                .orElse(1);
        return Math.clamp(cellWidth / longest, 1, Math.max(1, cellWidth / PIXELS_A_SCALE));
    }

    private static int left(int scale, List<String> rows) {
        int longest = rows.stream().mapToInt(row -> Glyphs.width(row, scale)).max().orElse(0);
        return (longest == 0 ? 1 : 2) * GAP * scale + longest;
    }

    /** Where the picture of a cell goes, from its top to its bottom. */
    PictureSink cell(int column, int row) {
        int[] from = {top + row * (cellHeight + gap)};
        int at = left + column * (cellWidth + gap);
        return band -> {
            for (int y = 0; y < band.height(); y++) {
                System.arraycopy(
                        band.rgb(), y * cellWidth * RGB, rgb, (from[0] * width + at) * RGB, cellWidth * RGB);
                from[0]++;
            }
        };
    }

    RgbImage image() {
        return new RgbImage(width, height, rgb);
    }
}
