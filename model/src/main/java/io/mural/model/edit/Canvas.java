package io.mural.model.edit;

import io.mural.model.image.GrayImage;
import io.mural.model.image.PictureSink;
import io.mural.model.image.RgbImage;
import java.util.Arrays;
import java.util.List;

/**
 * A picture with room around, read from top to bottom as often as it is asked for: only some rows of it are in memory.
 * The room shows the picture's border, drawn out.
 */
public final class Canvas {
    private static final int RGB = 3;
    private static final int BAND = 64;

    private final Rows.Source source;
    private final Margins margins;
    private final int pictureWidth;
    private final int pictureHeight;

    /** Rows of a picture, from top to bottom. */
    public interface Rows extends AutoCloseable {
        /** Puts the next row, width x 3 bytes, to {@code rgb}. */
        void read(byte[] rgb);

        @Override
        void close();

        /** Opens a picture at its top. */
        interface Source {
            Rows open();
        }
    }

    /** Takes a row of the canvas. */
    public interface RowSink {
        /** @param rgb width x 3 bytes, valid until the next row */
        void row(int y, byte[] rgb);
    }

    /**
     * A finished part.
     *
     * @param left where it lies
     * @param top where it lies
     * @param mask of the image's size; where it is 0 the canvas stays as it is
     */
    public record Patch(int left, int top, RgbImage image, GrayImage mask) {}

    /**
     * @param width of the picture that {@code source} opens
     * @param height of it
     */
    public Canvas(Rows.Source source, int width, int height, Margins margins) {
        this.source = source;
        this.margins = margins;
        pictureWidth = width;
        pictureHeight = height;
    }

    /** A picture in memory. */
    public static Canvas of(RgbImage image, Margins margins) {
        return new Canvas(() -> rows(image), image.width(), image.height(), margins);
    }

    private static Rows rows(RgbImage image) {
        return new Rows() {
            private int next;

            @Override
            public void read(byte[] rgb) {
                System.arraycopy(image.rgb(), next * rgb.length, rgb, 0, rgb.length);
                next++;
            }

            @Override
            public void close() {}
        };
    }

    public int width() {
        return pictureWidth + margins.left() + margins.right();
    }

    public int height() {
        return pictureHeight + margins.top() + margins.bottom();
    }

    /** Gives all rows to {@code sink}. */
    public void read(RowSink sink) {
        var own = new byte[pictureWidth * RGB];
        var row = new byte[width() * RGB];
        try (var rows = source.open()) {
            for (int y = 0; y < height(); y++) {
                int inside = y - margins.top();
                if (inside <= 0 && y == 0 || inside > 0 && inside < pictureHeight) {
                    rows.read(own);
                    spread(own, row);
                }
                sink.row(y, row);
            }
        }
    }

    private void spread(byte[] own, byte... row) {
        System.arraycopy(own, 0, row, margins.left() * RGB, own.length);
        for (int x = 0; x < margins.left(); x++) {
            System.arraycopy(own, 0, row, x * RGB, RGB);
        }
        for (int x = margins.left() + pictureWidth; x < width(); x++) {
            System.arraycopy(own, own.length - RGB, row, x * RGB, RGB);
        }
    }

    /** Parts of it in memory; what of them lies beyond the canvas repeats its right and lower border. */
    public List<RgbImage> parts(List<Region> regions) {
        var images = regions.stream()
                .map(region -> new RgbImage(
                        region.width(),
                        region.height(),
                        new byte[Math.multiplyExact(Math.multiplyExact(region.width(), region.height()), RGB)]))
                .toList();
        read((y, rgb) -> {
            for (int i = 0; i < images.size(); i++) {
                put(rgb, y, regions.get(i), images.get(i));
            }
        });
        return images;
    }

    private void put(byte[] rgb, int y, Region region, RgbImage image) {
        if (y < region.top() || y >= region.bottom()) {
            return;
        }
        int row = region.width() * RGB;
        int at = (y - region.top()) * row;
        int there = Math.min(region.right(), width()) - region.left();
        System.arraycopy(rgb, region.left() * RGB, image.rgb(), at, there * RGB);
        for (int x = there; x < region.width(); x++) {
            System.arraycopy(rgb, (width() - 1) * RGB, image.rgb(), at + x * RGB, RGB);
        }
        if (y == height() - 1) {
            for (int below = y + 1; below < region.bottom(); below++) {
                System.arraycopy(image.rgb(), at, image.rgb(), (below - region.top()) * row, row);
            }
        }
    }

    /** All of it, of which each pixel is the mean of {@code ratio} x {@code ratio}; beyond the canvas its border goes on. */
    public RgbImage reduced(int ratio, int newWidth, int newHeight) {
        var reduction = new Reduction(ratio, newWidth, newHeight);
        read((y, rgb) -> {
            reduction.row(rgb, width());
            if (y == height() - 1) {
                for (int below = height(); below < newHeight * ratio; below++) {
                    reduction.row(rgb, width());
                }
            }
        });
        return reduction.image();
    }

    /** The whole of it to {@code sink}, with patches in their places. */
    public void write(List<Patch> patches, PictureSink sink) {
        int rows = Math.min(BAND, height());
        var band = new byte[rows * width() * RGB];
        read((y, rgb) -> {
            int at = y % rows * width() * RGB;
            System.arraycopy(rgb, 0, band, at, rgb.length);
            for (var patch : patches) {
                lay(patch, y, band, at);
            }
            if (y % rows == rows - 1 || y == height() - 1) {
                int count = y % rows + 1;
                sink.rows(new RgbImage(width(), count, Arrays.copyOf(band, count * width() * RGB)));
            }
        });
    }

    private void lay(Patch patch, int y, byte[] band, int at) {
        var image = patch.image();
        if (y >= patch.top() && y < patch.top() + image.height()) {
            int row = (y - patch.top()) * image.width();
            int count = Math.min(image.width(), width() - patch.left());
            for (int x = 0; x < count; x++) {
                if (patch.mask().values()[row + x] != 0) {
                    System.arraycopy(image.rgb(), (row + x) * RGB, band, at + (patch.left() + x) * RGB, RGB);
                }
            }
        }
    }

    /** Sums over squares of pixels. */
    private static final class Reduction {
        private final int ratio;
        private final int width;
        private final int[] sums;
        private final byte[] rgb;
        private int rows;

        Reduction(int ratio, int width, int height) {
            this.ratio = ratio;
            this.width = width;
            sums = new int[width * RGB];
            rgb = new byte[Math.multiplyExact(height, width * RGB)];
        }

        void row(byte[] row, int there) {
            int last = (there - 1) * RGB;
            for (int x = 0; x < width * ratio; x++) {
                int from = Math.min(x * RGB, last);
                int to = x / ratio * RGB;
                sums[to] += row[from] & 0xff;
                sums[to + 1] += row[from + 1] & 0xff;
                sums[to + 2] += row[from + 2] & 0xff;
            }
            rows++;
            if (rows % ratio == 0) {
                int area = ratio * ratio;
                int at = (rows / ratio - 1) * sums.length;
                for (int i = 0; i < sums.length; i++) {
                    rgb[at + i] = (byte) ((sums[i] + area / 2) / area);
                }
                Arrays.fill(sums, 0);
            }
        }

        RgbImage image() {
            return new RgbImage(width, rgb.length / (width * RGB), rgb);
        }
    }
}
