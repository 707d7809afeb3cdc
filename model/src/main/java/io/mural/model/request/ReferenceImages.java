package io.mural.model.request;

import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;

/** Reference pictures in the sizes that FLUX.2 was trained with (diffusers' {@code Flux2ImageProcessor}). */
public final class ReferenceImages {
    private static final int LARGEST_AREA = 1024 * 1024;
    private static final int SMALLEST_SIDE = 64;
    private static final int LARGEST_RATIO = 8;

    private ReferenceImages() {}

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
