package io.mural.evaluate.pixels;

import io.mural.model.image.RgbImage;

/**
 * Resizes a picture row by row, without rounding: rows in, and a small picture out, however large the first one is.
 */
public final class FloatResize implements RowSink {
    private final Taps[] columns;
    private final Taps[] rows;
    private final float[] line;
    private final double[] sums;
    private int next;
    /** The first target row that still waits for source rows. */
    private int open;

    public FloatResize(Resizer resizer, int width, int height, int newWidth, int newHeight) {
        columns = resizer.taps(width, newWidth);
        rows = resizer.taps(height, newHeight);
        line = new float[newWidth * 3];
        sums = new double[newHeight * newWidth * 3];
    }

    /** All rows of a picture that is in memory. */
    public static float[] apply(Resizer resizer, RgbImage image, int newWidth, int newHeight) {
        var resize = new FloatResize(resizer, image.width(), image.height(), newWidth, newHeight);
        for (int y = 0; y < image.height(); y++) {
            resize.row(image.rgb(), y * image.width() * 3);
        }
        return resize.values();
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
            double weight = rows[i].weights()[next - rows[i].first()];
            for (int v = 0, at = i * line.length; v < line.length; v++, at++) {
                sums[at] += weight * line[v];
            }
        }
        next++;
    }

    private void horizontally(byte[] rgb, int offset) {
        for (int x = 0, to = 0; x < columns.length; x++, to += 3) {
            var weights = columns[x].weights();
            double red = 0;
            double green = 0;
            double blue = 0;
            for (int t = 0, at = offset + columns[x].first() * 3; t < weights.length; t++, at += 3) {
                red += weights[t] * (rgb[at] & 0xff);
                green += weights[t] * (rgb[at + 1] & 0xff);
                blue += weights[t] * (rgb[at + 2] & 0xff);
            }
            line[to] = (float) red;
            line[to + 1] = (float) green;
            line[to + 2] = (float) blue;
        }
    }

    /** The resized values, newHeight x newWidth x 3, within 0 to 255. All rows must have been given. */
    public float[] values() {
        var values = new float[sums.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.clamp(sums[i], 0, 255);
        }
        return values;
    }
}
