package io.mural.evaluate.measure;

/** The mean square of the difference of two pictures, row by row, and what is told of it in decibels. */
public final class PixelDifference {
    private long squares;
    private long values;

    /** The next row of both, as bytes of {@code count} values. */
    public void row(byte[] a, int atA, byte[] b, int atB, int count) {
        for (int i = 0; i < count; i++) {
            int difference = (a[atA + i] & 0xff) - (b[atB + i] & 0xff);
            squares += (long) difference * difference;
        }
        values += count;
    }

    /** Over all pixels and channels, in levels squared. */
    public double meanSquare() {
        return (double) squares / values;
    }

    /** Whether no value differs. */
    public boolean equal() {
        return squares == 0;
    }

    /** Peak signal-to-noise ratio, dB; infinite for equal pictures. */
    public double psnr() {
        return 10 * Math.log10(255.0 * 255.0 / meanSquare());
    }
}
