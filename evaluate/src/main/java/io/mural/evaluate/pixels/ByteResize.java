package io.mural.evaluate.pixels;

import io.mural.model.image.RgbImage;

/**
 * Pillow's bicubic on 8-bit pixels, row by row: weights are whole numbers of 2^-22, and each of the two passes rounds
 * to a byte. Equal to Pillow to the bit.
 */
public final class ByteResize implements RowSink {
    private static final int PRECISION = 22;
    private static final int HALF = 1 << (PRECISION - 1);

    /** As {@link Taps}, in whole numbers. */
    private record Fixed(int first, int[] weights) {
        int end() {
            return first + weights.length;
        }
    }

    private final Fixed[] columns;
    private final Fixed[] rows;
    private final int[] line;
    private final int[] sums;
    private int next;
    private int open;

    public ByteResize(int width, int height, int newWidth, int newHeight) {
        columns = fixed(Taps.widened(width, newWidth, 2, Taps::cubic));
        rows = fixed(Taps.widened(height, newHeight, 2, Taps::cubic));
        line = new int[newWidth * 3];
        sums = new int[newHeight * newWidth * 3];
    }

    private static Fixed[] fixed(Taps[] taps) {
        var fixed = new Fixed[taps.length];
        for (int i = 0; i < taps.length; i++) {
            var weights = new int[taps[i].weights().length];
            for (int t = 0; t < weights.length; t++) {
                double scaled = taps[i].weights()[t] * (1 << PRECISION);
                weights[t] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
            }
            fixed[i] = new Fixed(taps[i].first(), weights);
        }
        return fixed;
    }

    @Override
    public void row(byte[] rgb, int offset) {
        while (open < rows.length && rows[open].end() <= next) {
            open++;
        }
        if (open < rows.length && rows[open].first() <= next) {
            horizontally(rgb, offset);
        }
        for (int i = open; i < rows.length && rows[i].first() <= next; i++) {
            if (next >= rows[i].end()) {
                continue;
            }
            int weight = rows[i].weights()[next - rows[i].first()];
            for (int v = 0, at = i * line.length; v < line.length; v++, at++) {
                sums[at] += weight * line[v];
            }
        }
        next++;
    }

    private void horizontally(byte[] rgb, int offset) {
        for (int x = 0, to = 0; x < columns.length; x++, to += 3) {
            var weights = columns[x].weights();
            int red = 0;
            int green = 0;
            int blue = 0;
            for (int t = 0, at = offset + columns[x].first() * 3; t < weights.length; t++, at += 3) {
                red += weights[t] * (rgb[at] & 0xff);
                green += weights[t] * (rgb[at + 1] & 0xff);
                blue += weights[t] * (rgb[at + 2] & 0xff);
            }
            line[to] = rounded(red);
            line[to + 1] = rounded(green);
            line[to + 2] = rounded(blue);
        }
    }

    private static int rounded(int sum) {
        return Math.clamp((sum + HALF) >> PRECISION, 0, 255);
    }

    /** The resized picture. All rows must have been given. */
    public RgbImage image() {
        var rgb = new byte[sums.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) rounded(sums[i]);
        }
        return new RgbImage(line.length / 3, rgb.length / line.length, rgb);
    }
}
