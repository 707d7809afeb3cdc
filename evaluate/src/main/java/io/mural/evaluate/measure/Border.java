package io.mural.evaluate.measure;

import io.mural.evaluate.pixels.RowSink;
import io.mural.model.edit.Region;

/**
 * Whether the border of a rectangle, of which a picture was painted anew, is to be seen: the energy of steps between
 * neighbouring pixels across its sides and over the pixels in which it fades in, beside what the picture has of its own
 * on lines of the same length and direction. Taken row by row.
 */
public final class Border implements RowSink {
    private static final int RGB = 3;

    private final int width;
    private final Region region;
    private final int fade;
    private final double[] columns;
    private final double[] rows;
    private final byte[] before;
    private int next;

    /**
     * @param fade pixels inside the rectangle that belong to its border
     */
    public Border(int width, int height, Region region, int fade) {
        this.width = width;
        this.region = region.within(width, height);
        this.fade = fade;
        columns = new double[width];
        rows = new double[height];
        before = new byte[width * RGB];
    }

    /**
     * One direction.
     *
     * @param across root of the mean squared step on the worst line of the border, in levels of 8 bits
     * @param own the same of the worst other line
     */
    public record Energy(double across, double own) {
        /** At most 1 where the border is no worse than what the picture has of its own. */
        public double ratio() {
            return own > 0 ? across / own : across > 0 ? Double.POSITIVE_INFINITY : 1;
        }
    }

    @Override
    public void row(byte[] rgb, int offset) {
        if (next >= region.top() && next < region.bottom()) {
            for (int x = 1; x < width; x++) {
                columns[x] += squared(rgb, offset + x * RGB, rgb, offset + (x - 1) * RGB);
            }
        }
        if (next > 0) {
            for (int x = region.left(); x < region.right(); x++) {
                rows[next] += squared(rgb, offset + x * RGB, before, x * RGB);
            }
        }
        System.arraycopy(rgb, offset, before, 0, before.length);
        next++;
    }

    private static double squared(byte[] a, int atA, byte[] b, int atB) {
        double sum = 0;
        for (int c = 0; c < RGB; c++) {
            double step = (a[atA + c] & 0xff) - (b[atB + c] & 0xff);
            sum += step * step / RGB;
        }
        return sum;
    }

    /** Of the left and the right side. */
    public Energy columns() {
        return energy(columns, region.left(), region.right(), region.height());
    }

    /** Of the upper and the lower side. */
    public Energy rows() {
        return energy(rows, region.top(), region.bottom(), region.width());
    }

    /** Entry i is the step into line i from the one before; sides on the picture's own border have none. */
    private Energy energy(double[] sums, int first, int last, int length) {
        double across = 0;
        double own = 0;
        for (int i = 1; i < sums.length; i++) {
            boolean begins = first > 0 && i >= first && i <= first + fade;
            boolean ends = last < sums.length && i <= last && i >= last - fade;
            if (begins || ends) {
                across = Math.max(across, sums[i]);
            } else {
                own = Math.max(own, sums[i]);
            }
        }
        return new Energy(Math.sqrt(across / length), Math.sqrt(own / length));
    }
}
