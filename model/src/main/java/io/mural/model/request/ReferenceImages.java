package io.mural.model.request;

import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;

/** Reference pictures in the sizes that FLUX.2 was trained with (diffusers' {@code Flux2ImageProcessor}). */
public final class ReferenceImages {
    private static final int LARGEST_AREA = 1024 * 1024;
    private static final int SMALLEST_SIDE = 64;
    private static final int LARGEST_RATIO = 8;

    /** Widths and heights that Kontext was trained with. */
    private static final int[][] KONTEXT = {
        {672, 1568}, {688, 1504}, {720, 1456}, {752, 1392}, {800, 1328}, {832, 1248}, {880, 1184}, {944, 1104},
        {1024, 1024}, {1104, 944}, {1184, 880}, {1248, 832}, {1328, 800}, {1392, 752}, {1456, 720}, {1504, 688},
        {1568, 672}
    };

    private ReferenceImages() {}

    /** A reference for FLUX.1 Kontext: resized to the one of its sizes that comes nearest in proportions. */
    public static RgbImage kontext(RgbImage image) {
        double proportion = (double) image.width() / image.height();
        int[] nearest = KONTEXT[0];
        for (int[] size : KONTEXT) {
            if (Math.abs(proportion - (double) size[0] / size[1])
                    < Math.abs(proportion - (double) nearest[0] / nearest[1])) {
                nearest = size;
            }
        }
        return Resize.lanczos(image, nearest[0], nearest[1]);
    }

    /**
     * At most a megapixel, in the picture's own proportions, and its middle cut to whole tokens.
     *
     * @param tokenPixels side of a token
     */
    public static RgbImage prepare(RgbImage image, int tokenPixels) {
        int smaller = Math.min(image.width(), image.height());
        int larger = Math.max(image.width(), image.height());
        if (smaller < SMALLEST_SIDE || larger > (long) smaller * LARGEST_RATIO) {
            throw new InputException("a reference picture of " + image.width() + "x" + image.height()
                    + ": expected sides of at least " + SMALLEST_SIDE + " pixels, one at most " + LARGEST_RATIO
                    + " times the other");
        }
        long area = (long) image.width() * image.height();
        double scale = Math.sqrt((double) LARGEST_AREA / area);
        var fitting = area > LARGEST_AREA
                ? Resize.lanczos(image, (int) (image.width() * scale), (int) (image.height() * scale))
                : image;
        return middle(
                fitting, fitting.width() / tokenPixels * tokenPixels, fitting.height() / tokenPixels * tokenPixels);
    }

    private static RgbImage middle(RgbImage image, int width, int height) {
        int left = (image.width() - width) / 2;
        int top = (image.height() - height) / 2;
        var rgb = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            System.arraycopy(image.rgb(), ((top + y) * image.width() + left) * 3, rgb, y * width * 3, width * 3);
        }
        return new RgbImage(width, height, rgb);
    }
}
