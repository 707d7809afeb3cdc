package io.mural.evaluate.measure;

import io.mural.evaluate.pixels.RowSink;

/**
 * What seams and bands are seen in, taken row by row from a picture's luma {@code 0.299 R + 0.587 G + 0.114 B}: the mean
 * step between neighbouring columns and between neighbouring rows, and the mean of every column and row.
 */
public final class StepProfiles implements RowSink {
    private static final double RED = 0.299;
    private static final double GREEN = 0.587;
    private static final double BLUE = 0.114;

    private final int width;
    private final double[] columnSteps;
    private final double[] columnSums;
    private final double[] rowSteps;
    private final double[] rowMeans;
    private double[] line;
    private double[] before;
    private int rows;

    public StepProfiles(int width, int height) {
        this.width = width;
        columnSteps = new double[width];
        columnSums = new double[width];
        rowSteps = new double[height];
        rowMeans = new double[height];
        line = new double[width];
        before = new double[width];
    }

    @Override
    public void row(byte[] rgb, int offset) {
        for (int x = 0, at = offset; x < width; x++, at += 3) {
            line[x] = RED * (rgb[at] & 0xff) + GREEN * (rgb[at + 1] & 0xff) + BLUE * (rgb[at + 2] & 0xff);
        }
        addLine();
    }

    /** As {@link #row}, of the difference of two pictures. */
    public void difference(byte[] a, int atA, byte[] b, int atB) {
        for (int x = 0, p = atA, q = atB; x < width; x++, p += 3, q += 3) {
            line[x] = RED * ((a[p] & 0xff) - (b[q] & 0xff))
                    + GREEN * ((a[p + 1] & 0xff) - (b[q + 1] & 0xff))
                    + BLUE * ((a[p + 2] & 0xff) - (b[q + 2] & 0xff));
        }
        addLine();
    }

    private void addLine() {
        double steps = 0;
        double sum = 0;
        for (int x = 0; x < width; x++) {
            columnSums[x] += line[x];
            sum += line[x];
            columnSteps[x] += x == 0 ? 0 : Math.abs(line[x] - line[x - 1]);
            steps += rows == 0 ? 0 : Math.abs(line[x] - before[x]);
        }
        rowSteps[rows] = steps / width;
        rowMeans[rows] = sum / width;
        rows++;
        var spare = before;
        before = line;
        line = spare;
    }

    /** Mean step into each column from the one before, [width]; the first is 0 and means nothing. */
    double[] columnSteps() {
        return scaled(columnSteps);
    }

    /** As {@link #columnSteps} of rows, [height]. */
    double[] rowSteps() {
        return rowSteps;
    }

    /** Mean of each column, [width]. */
    double[] columnMeans() {
        return scaled(columnSums);
    }

    /** Mean of each row, [height]. */
    double[] rowMeans() {
        return rowMeans;
    }

    private double[] scaled(double[] sums) {
        var means = new double[width];
        for (int x = 0; x < width; x++) {
            means[x] = sums[x] / rows;
        }
        return means;
    }
}
