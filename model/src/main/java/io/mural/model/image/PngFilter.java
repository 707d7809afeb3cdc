package io.mural.model.image;

/**
 * PNG's five filters (section 9 of the specification): a row is stored as differences to its neighbours, by the filter
 * whose differences are smallest in sum, which is the specification's own advice.
 */
final class PngFilter {
    private static final int FILTERS = 5;

    private final int rowBytes;
    private final int pixel;
    private final byte[] above;
    private final byte[] row;
    /** One for each filter: its number, then the differences. */
    private final byte[][] candidates;

    /** @param pixel bytes of a pixel */
    PngFilter(int rowBytes, int pixel) {
        this.rowBytes = rowBytes;
        this.pixel = pixel;
        // A pixel of zeros stands before each row.
        this.above = new byte[pixel + rowBytes];
        this.row = new byte[pixel + rowBytes];
        this.candidates = new byte[FILTERS][1 + rowBytes];
        for (int i = 0; i < FILTERS; i++) {
            candidates[i][0] = (byte) i;
        }
    }

    int rowBytes() {
        return rowBytes;
    }

    /** The row that begins at {@code from} as it is stored; valid until the next. */
    byte[] filtered(byte[] rgb, int from) {
        System.arraycopy(rgb, from, row, pixel, rowBytes);
        differences();
        System.arraycopy(row, pixel, above, pixel, rowBytes);
        byte[] best = candidates[0];
        long least = Long.MAX_VALUE;
        for (byte[] candidate : candidates) {
            long sum = 0;
            for (int i = 1; i < candidate.length; i++) {
                sum += Math.abs(candidate[i]);
            }
            if (sum < least) {
                least = sum;
                best = candidate;
            }
        }
        return best;
    }

    private void differences() {
        for (int i = 0; i < rowBytes; i++) {
            int x = row[pixel + i] & 0xff;
            int left = row[i] & 0xff;
            int up = above[pixel + i] & 0xff;
            int upLeft = above[i] & 0xff;
            candidates[0][1 + i] = (byte) x;
            candidates[1][1 + i] = (byte) (x - left);
            candidates[2][1 + i] = (byte) (x - up);
            candidates[3][1 + i] = (byte) (x - (left + up) / 2);
            candidates[4][1 + i] = (byte) (x - paeth(left, up, upLeft));
        }
    }

    /** Whichever of the three is nearest to left + up - upLeft. */
    static int paeth(int left, int up, int upLeft) {
        int toLeft = Math.abs(up - upLeft);
        int toUp = Math.abs(left - upLeft);
        int toUpLeft = Math.abs(left + up - 2 * upLeft);
        if (toLeft <= toUp && toLeft <= toUpLeft) {
            return left;
        }
        return toUp <= toUpLeft ? up : upLeft;
    }
}
