package io.mural.evaluate.measure;

import io.mural.tensor.InputException;

/**
 * Structural similarity (Wang et al. 2004) of two pictures, row by row: a Gaussian window of 11 with sigma 1.5, moments
 * of the population, K 0.01 and 0.03, range 255; where the window lies inside, and the mean over channels.
 */
public final class Ssim {
    private static final int WINDOW = 11;
    private static final double C1 = 0.01 * 255 * 0.01 * 255;
    private static final double C2 = 0.03 * 255 * 0.03 * 255;
    private static final double[] GAUSS = gauss(1.5);
    /** x, y, x^2, y^2, xy */
    private static final int MOMENTS = 5;

    private final int width;
    private final int height;
    /** The last {@link #WINDOW} rows, blurred from left to right: [row][moment][inner width x 3]. */
    private final double[][][] lines;

    private final double[] scratchA;
    private final double[] scratchB;
    private int rows;
    private double sum;

    public Ssim(int width, int height) {
        if (Math.min(width, height) < WINDOW) {
            throw new InputException("a picture of " + width + " x " + height + " pixels is too small for SSIM; "
                    + WINDOW + " is the least");
        }
        this.width = width;
        this.height = height;
        lines = new double[WINDOW][MOMENTS][(width - WINDOW + 1) * 3];
        scratchA = new double[width * 3];
        scratchB = new double[width * 3];
    }

    private static double[] gauss(double sigma) {
        var weights = new double[WINDOW];
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            int d = i - WINDOW / 2;
            weights[i] = Math.exp(-d * d / (2 * sigma * sigma));
            sum += weights[i];
        }
        for (int i = 0; i < WINDOW; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    /** The next row of both. */
    public void row(byte[] a, int atA, byte[] b, int atB) {
        for (int i = 0; i < width * 3; i++) {
            scratchA[i] = a[atA + i] & 0xff;
            scratchB[i] = b[atB + i] & 0xff;
        }
        blur(lines[rows % WINDOW]);
        rows++;
        if (rows >= WINDOW) {
            addRow();
        }
    }

    private void blur(double[][] line) {
        int count = line[0].length;
        for (int i = 0; i < count; i++) {
            double x = 0;
            double y = 0;
            double xx = 0;
            double yy = 0;
            double xy = 0;
            for (int t = 0; t < WINDOW; t++) {
                double weight = GAUSS[t];
                double p = scratchA[i + 3 * t];
                double q = scratchB[i + 3 * t];
                x += weight * p;
                y += weight * q;
                xx += weight * p * p;
                yy += weight * q * q;
                xy += weight * p * q;
            }
            line[0][i] = x;
            line[1][i] = y;
            line[2][i] = xx;
            line[3][i] = yy;
            line[4][i] = xy;
        }
    }

    private void addRow() {
        int count = lines[0][0].length;
        var moments = new double[MOMENTS];
        for (int i = 0; i < count; i++) {
            for (int m = 0; m < MOMENTS; m++) {
                double blurred = 0;
                for (int t = 0; t < WINDOW; t++) {
                    blurred += GAUSS[t] * lines[(rows + t) % WINDOW][m][i];
                }
                moments[m] = blurred;
            }
            double x = moments[0];
            double y = moments[1];
            double varianceX = moments[2] - x * x;
            double varianceY = moments[3] - y * y;
            double covariance = moments[4] - x * y;
            sum += (2 * x * y + C1) * (2 * covariance + C2) / ((x * x + y * y + C1) * (varianceX + varianceY + C2));
        }
    }

    /** 1 for equal pictures. All rows must have been given. */
    public double value() {
        return sum / ((double) (height - WINDOW + 1) * lines[0][0].length);
    }
}
