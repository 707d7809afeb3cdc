package io.mural.train.data;

import io.mural.tensor.InputException;

/**
 * The size in which a picture is trained on, chosen by its shape so that little is cut off: scaled to {@code resized},
 * cut to {@code width} x {@code height} from {@code left}, {@code top} on.
 */
public record Bucket(int width, int height, int resizedWidth, int resizedHeight, int left, int top) {
    /** Narrower pictures than one to four are cut. */
    private static final int LARGEST_ASPECT = 4;

    /**
     * Among all sizes in steps of {@code step} whose area is at most {@code side} squared, each width with its largest
     * height, the one nearest in shape; of two equally near the larger.
     *
     * @param upscale whether a picture may be made larger than it is
     */
    public static Bucket of(int pictureWidth, int pictureHeight, int side, int step, boolean upscale) {
        long area = (long) side * side;
        if (!upscale) {
            area = Math.min(area, (long) pictureWidth * pictureHeight);
        }
        double wanted = Math.log((double) pictureWidth / pictureHeight);
        int bestWidth = 0;
        int bestHeight = 0;
        double best = Double.POSITIVE_INFINITY;
        for (int width = step; (long) width * step <= area; width += step) {
            int height = (int) (area / width / step * step);
            if (width > (long) LARGEST_ASPECT * height || height > (long) LARGEST_ASPECT * width) {
                continue;
            }
            double distance = Math.abs(Math.log((double) width / height) - wanted);
            boolean larger = (long) width * height > (long) bestWidth * bestHeight;
            if (distance < best - 1e-12 || distance < best + 1e-12 && larger) {
                best = distance;
                bestWidth = width;
                bestHeight = height;
            }
        }
        if (bestWidth == 0) {
            throw new InputException("a picture of " + pictureWidth + "x" + pictureHeight + " pixels is smaller than "
                    + step + "x" + step + ", the least that can be trained on without making it larger");
        }
        return cut(pictureWidth, pictureHeight, bestWidth, bestHeight);
    }

    /** A picture cut to a given size, from its middle. */
    public static Bucket cut(int pictureWidth, int pictureHeight, int width, int height) {
        double scale = Math.max((double) width / pictureWidth, (double) height / pictureHeight);
        int resizedWidth = Math.max(width, (int) Math.rint(pictureWidth * scale));
        int resizedHeight = Math.max(height, (int) Math.rint(pictureHeight * scale));
        return new Bucket(
                width, height, resizedWidth, resizedHeight, (resizedWidth - width) / 2, (resizedHeight - height) / 2);
    }
}
